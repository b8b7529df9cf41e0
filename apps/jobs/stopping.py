"""A Celery worker that is told to end hands back the jobs that it cannot finish in time.

The end of a worker is a warm shutdown: it takes no message, and waits for its processes without a limit.
After the time of grace each of them gets a signal that interrupts its job, whose row is pending at once.
"""

import os
import signal
import threading
from contextlib import suppress
from typing import Any

from celery import bootsteps, current_app
from celery.signals import worker_process_init, worker_shutting_down
from django.conf import settings

from apps.jobs.runner import process_shift

# Not SIGUSR1, which tells a process that its job has taken too long: that costs an attempt.
INTERRUPT = signal.SIGUSR2


class HandBack(bootsteps.StartStopStep):
    """A time of grace for the processes of the worker, which begins when the worker is told to end."""

    requires = {"celery.worker.components:Pool"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._worker = worker

    def start(self, worker: Any) -> None:
        """Wait for the signal to end."""
        worker_shutting_down.connect(self._begin)

    def _begin(self, **details: Any) -> None:
        # A thread, as the main one waits for the processes.
        grace = threading.Timer(settings.JOB_GRACE_SECONDS, self._interrupt)
        grace.daemon = True
        grace.start()

    def _interrupt(self) -> None:
        for process_id in self._worker.pool.info.get("processes", ()):
            with suppress(ProcessLookupError):
                os.kill(process_id, INTERRUPT)


@worker_process_init.connect
def obey_interrupt(**details: Any) -> None:
    """Let the signal interrupt the job that this process of the pool does."""
    signal.signal(INTERRUPT, lambda *_: process_shift.interrupt())


current_app.steps["worker"].add(HandBack)
