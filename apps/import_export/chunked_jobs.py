"""Long work as a chain of jobs: each does parts for a while, then leaves the rest to the next one.

A Celery task has a limit of time, and a job that meets it has lost an attempt. So a job ends well before.
"""

import time
from collections.abc import Callable

from django.db import transaction

from apps.jobs.services import JobSpec, enqueue

TURN_SECONDS = 90  # two may follow one another in one task, below CELERY_TASK_SOFT_TIME_LIMIT


def work_in_turns(do_part: Callable[[], bool], *, rest: Callable[[], JobSpec]) -> None:
    """Do parts until `do_part` says that there is no other, or a turn is over; then order the rest as a job.

    A part is a transaction of its own, which notes how far the work is: a job that begins anew goes on there.
    """
    over_at = time.monotonic() + TURN_SECONDS
    while do_part():
        if time.monotonic() > over_at:
            with transaction.atomic():
                enqueue(rest())
            return
