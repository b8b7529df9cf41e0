"""Daily maintenance of idempotency keys."""

from apps.idempotency.services import forget_expired_keys
from apps.jobs.maintenance import daily

daily(forget_expired_keys)
