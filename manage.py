#!/usr/bin/env python
"""Django's command-line utility for the Online Store."""

import os
import sys

from django.core.management import execute_from_command_line

SERVING = {"embedded", "jobs", "runserver"}

if __name__ == "__main__":
    if not SERVING & set(sys.argv[1:2]):
        # A migration, an import or a clean-up takes as long as it takes. It still waits for locks no longer
        # than a request does, as everybody else would wait behind it.
        os.environ.update(DATABASE_STATEMENT_TIMEOUT="0", DATABASE_IDLE_TIMEOUT="0")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "online_store.settings")
    execute_from_command_line(sys.argv)
