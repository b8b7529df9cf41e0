"""Chunked jobs: long work as a chain of jobs, each of which does parts for a while and leaves the rest.

A Celery task has a limit of time, and a job that meets it has lost an attempt. So a job ends well before.
"""

import time
from collections.abc import Callable

from django.db import transaction

from apps.jobs.services import JobSpec, enqueue

SLICE_SECONDS = 90  # two may follow one another in one task, below CELERY_TASK_SOFT_TIME_LIMIT


def run_in_slices(do_part: Callable[[], bool], *, rest: Callable[[], JobSpec]) -> None:
    """Do parts until `do_part` says that there is no other, or a time slice is over; then enqueue the rest.

    A part is a transaction of its own, which notes how far the work is: a job that begins anew goes on there.
    """
    over_at = time.monotonic() + SLICE_SECONDS
    while do_part():
        if time.monotonic() > over_at:
            with transaction.atomic():
                enqueue(rest())
            return
