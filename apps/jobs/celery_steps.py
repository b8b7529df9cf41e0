"""Boot steps of the Celery worker: dispatching due jobs, and a graceful shutdown.

Each worker looks for due jobs itself: a lost message costs seconds, and beat is not needed. A worker that is
told to end releases the jobs that it cannot finish in time: after the time of grace each process of its pool
gets a signal that interrupts its job, whose row is pending again at once.
"""

import logging
import os
import signal
import threading
from contextlib import suppress
from typing import Any

from celery import bootsteps, current_app
from celery.signals import worker_process_init, worker_shutting_down
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, close_old_connections

from apps.jobs import broker, services
from apps.jobs.runner import process_state

# Jobs announced by one sweep, and none while as many messages wait: the workers have enough to do, and
# whatever a message is lost for is done as soon as one comes for a job that is done already.
MAX_PUBLISHED = 100

logger = logging.getLogger(__name__)


class DispatchDueJobs(bootsteps.StartStopStep):
    """A timer in the worker's main process: announce the due jobs that no message is on its way for."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer: Any = None

    def start(self, worker: Any) -> None:
        """Begin to sweep."""
        self.timer = worker.timer.call_repeatedly(settings.JOB_SWEEP_SECONDS, dispatch_due_jobs)

    def stop(self, worker: Any) -> None:
        """Sweep no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def dispatch_due_jobs() -> int:
    """Announce what waits unpublished and return how many jobs that were."""
    waiting = broker.waiting_messages()
    if waiting is None or waiting >= MAX_PUBLISHED:
        return 0
    try:
        close_old_connections()
        job_ids = services.next_to_publish(MAX_PUBLISHED)
        return sum(broker.publish(job_id) for job_id in job_ids)
    except (DatabaseError, InterfaceError):
        logger.exception("The database does not answer; the next sweep tries again")
        return 0


current_app.steps["worker"].add(DispatchDueJobs)


# Not SIGUSR1, which tells a process that its job has taken too long: that costs an attempt.
INTERRUPT = signal.SIGUSR2


class GracefulShutdown(bootsteps.StartStopStep):
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
    signal.signal(INTERRUPT, lambda *_: process_state.interrupt())


current_app.steps["worker"].add(GracefulShutdown)
