"""Daily maintenance: what is deleted or put in order. Nothing depends on its being done in time."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.utils import timezone

from apps.core.database.derived_columns_refill import refresh_derived
from apps.core.database.key_columns_refill import refresh_keys
from apps.core.file_storage import delete_drafts
from apps.jobs.models import Job, JobStatus

PURGED_AT_ONCE = 5000  # rows

logger = logging.getLogger(__name__)

_tasks: list[Callable[[], Any]] = []


def daily(task: Callable[[], Any]) -> Callable[[], Any]:
    """Register the decorated function to be called about once a day."""
    _tasks.append(task)
    return task


def run_maintenance() -> None:
    """Delete what is over: jobs done long ago, expired sessions of the admin, what other apps register.

    And look after what follows from others in rows that were written past the models.
    """
    for task in _tasks:
        try:
            task()
        except (DatabaseError, OSError):  # a storage, too; the other tasks can still be done
            logger.exception("A maintenance task is left for tomorrow")


@daily
def purge_done_jobs() -> int:
    """Delete jobs done long ago (`JOB_KEEP_DAYS`) and return how many they were; failed ones stay."""
    before = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS)
    old = Job.objects.filter(status=JobStatus.DONE, updated_at__lt=before).order_by("updated_at")
    count = 0
    # In parts: one statement for all of a long backlog would meet the database's limit, day after day.
    while ids := list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        count += Job.objects.filter(pk__in=ids).delete()[0]
    return count


daily(SessionStore.clear_expired)
daily(refresh_keys)
daily(refresh_derived)
daily(delete_drafts)
