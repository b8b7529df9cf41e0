"""`python manage.py jobs`: a worker without a broker."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from apps.jobs.runner import Runner, run_due_jobs


class Command(BaseCommand):
    """Do jobs until interrupted."""

    help = "Run due jobs from the job table until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how the jobs are done."""
        parser.add_argument(
            "--threads", type=int, default=settings.JOB_THREADS, help="how many jobs run at the same time"
        )
        parser.add_argument("--once", action="store_true", help="run what is due now, then exit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until a signal comes, or what is due is done.

        Raises CommandError when there are to be no threads.
        """
        if options["threads"] < 1:
            raise CommandError("--threads must be at least 1.")
        if options["once"]:
            while run_due_jobs():
                continue
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        runner = Runner(options["threads"])
        runner.start()
        count = options["threads"]
        self.stdout.write(f"Running jobs in {count} thread{pluralize(count)}. Press Ctrl-C to stop.")
        self.stdout.flush()
        stopping.wait()
        runner.stop(timeout=settings.JOB_GRACE_SECONDS)
