#!/usr/bin/env python
"""Django's command-line utility for the Online Store."""

import sys

from django.core.management import execute_from_command_line

from online_store.start import load_settings, take_time

SERVING = {"embedded", "jobs", "runserver"}

if __name__ == "__main__":
    load_settings()
    if not SERVING & set(sys.argv[1:2]):
        take_time()
    execute_from_command_line(sys.argv)
