"""Cache invalidation by a job: what a write could not drop is dropped as soon as the cache can be reached.

And the circuit of e-mails, whose jobs stand in the apps that send them.
"""

import logging
import time

from django.utils.translation import gettext_lazy as _

from apps.core.caching.namespaces import EVERYONE, NotDropped, namespaces
from apps.jobs.circuit_registry import MAIL, register_circuit
from apps.jobs.models import Job
from apps.jobs.registry import handler

CACHE_DROP = "cache_drop"
register_circuit(MAIL, label=_("E-mail"))

logger = logging.getLogger(__name__)


@handler(CACHE_DROP, label=_("Cache refresh"), retry_on=(NotDropped,), attempts=1_000_000, longest_pause=15)
def drop_cache(job: Job, *, namespace: str, lost_at: float) -> None:
    """Drop everything of the namespace, unless all that was old has expired by now."""
    cache = namespaces[namespace]
    try:
        cache.drop(EVERYONE)
    except NotDropped:
        # Twice: a response may have been built late, from a replica that was behind.
        if time.time() < lost_at + 2 * cache.timeout:
            raise
        logger.warning("The cache was out of reach until all that was old of %s had expired", namespace)
