"""Daily maintenance of idempotency keys."""

from apps.idempotency.services import delete_expired_keys
from apps.jobs.maintenance import daily

daily(delete_expired_keys)
