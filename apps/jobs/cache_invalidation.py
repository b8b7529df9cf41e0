"""What a write could not drop from the cache is dropped by a job, as soon as the cache can be reached.

A write whose cache answers makes no job, and no statement. A process that dies between its commit and the job
leaves old answers in the cache, which nobody is shown for longer than the namespace keeps any.
"""

import logging
import time
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from apps.core.caching.namespaces import EVERYONE, CacheNamespace, NotDropped, drop_lost, namespaces
from apps.jobs.models import Job, JobStatus
from apps.jobs.registry import handler
from apps.jobs.services import JobSpec, enqueue

CACHE_DROP = "cache_drop"

logger = logging.getLogger(__name__)


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
        if not waiting.update(arguments=arguments):
            enqueue(JobSpec(CACHE_DROP, f"{CACHE_DROP}:{namespace.name}:{uuid4()}", subject, arguments))


@handler(CACHE_DROP, label=_("Cache refresh"), retry_on=(NotDropped,), attempts=1_000_000, longest_pause=15)
def drop_cache(job: Job, *, namespace: str, lost_at: float) -> None:
    """Drop everything of the namespace, unless all that was old has expired by now."""
    kept = namespaces[namespace]
    try:
        kept.drop(EVERYONE)
    except NotDropped:
        # Twice: an answer may have been built late, from a replica that was behind.
        if time.time() < lost_at + 2 * kept.timeout:
            raise
        logger.warning("The cache was out of reach until all that was old of %s had expired", namespace)
