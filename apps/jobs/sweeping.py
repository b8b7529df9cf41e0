"""Each Celery worker looks for due jobs itself: a lost message costs seconds, beat is not needed."""

import logging
from typing import Any

from celery import bootsteps, current_app
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, close_old_connections

from apps.jobs import doorbell, services

# Jobs announced by one sweep, and none while as many messages wait: the workers have enough to do, and
# whatever a message is lost for is done as soon as one comes for a job that is done already.
MAX_ANNOUNCED = 100

logger = logging.getLogger(__name__)


class Sweep(bootsteps.StartStopStep):
    """A timer in the worker's main process: announce the due jobs that no message is on its way for."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer: Any = None

    def start(self, worker: Any) -> None:
        """Begin to sweep."""
        self.timer = worker.timer.call_repeatedly(settings.JOB_SWEEP_SECONDS, sweep)

    def stop(self, worker: Any) -> None:
        """Sweep no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def sweep() -> int:
    """Announce what waits unannounced and return how many jobs that were."""
    waiting = doorbell.waiting_messages()
    if waiting is None or waiting >= MAX_ANNOUNCED:
        return 0
    try:
        close_old_connections()
        job_ids = services.take_unannounced(MAX_ANNOUNCED)
        return sum(doorbell.publish(job_id) for job_id in job_ids)
    except (DatabaseError, InterfaceError):
        logger.exception("The database does not answer; the next sweep tries again")
        return 0


current_app.steps["worker"].add(Sweep)
