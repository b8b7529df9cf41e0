"""Receiver of lost cache drops, which are repeated by a job.

A write whose cache answers makes no job, and no statement. A process that dies between its commit and the job
leaves old responses in the cache, which nobody is shown for longer than the namespace keeps any.
"""

import time
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.dispatch import receiver

from apps.core.caching.namespaces import CacheNamespace, drop_lost
from apps.jobs.jobs import CACHE_DROP
from apps.jobs.models import Job, JobStatus
from apps.jobs.services import JobSpec, enqueue


@receiver(drop_lost)
def repeat_drop(namespace: CacheNamespace, **kwargs: Any) -> None:
    """Order the job, unless one waits already: while the cache is away every write loses a drop.

    It drops the whole namespace, so that there are no more jobs than namespaces.
    """
    subject = f"cache:{namespace.name}"
    arguments = {"namespace": namespace.name, "lost_at": time.time()}
    with transaction.atomic():
        # One that runs may have dropped before this write's commit.
        waiting = Job.objects.filter(subject=subject, kind=CACHE_DROP, status=JobStatus.PENDING)
        # In one order for all: two that lose drops at once may each have ordered a job, and change both.
        ids = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
        if not Job.objects.filter(pk__in=ids).update(arguments=arguments):
            enqueue(JobSpec(CACHE_DROP, f"{CACHE_DROP}:{namespace.name}:{uuid4()}", subject, arguments))
