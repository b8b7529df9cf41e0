"""Provider events as they are kept: masked, not too long, and for a while."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.payments.models import ProviderEvent

KEPT_FOR = timedelta(days=90)
PURGED_AT_ONCE = 5000  # rows

MAX_BYTES = 32 * 1024
DEEPEST = 20  # levels of what is kept
MASK = "…"
# Members whose values name a person, a card or a secret, wherever they stand.
MASKED = frozenset(
    {
        "account_number",
        "billing_details",
        "card",
        "client_secret",
        "customer",
        "customer_details",
        "customer_email",
        "email",
        "first6",
        "last4",
        "name",
        "payer",
        "payer_bank_details",
        "phone",
        "receipt_email",
        "shipping",
        "title",  # of a method, with the last digits of its card or account
    }
)


def masked(body: Mapping[str, Any]) -> str:
    """Return the content as JSON, without what may not be kept, at most 32 KB of it."""
    text = json.dumps(_masked(body), ensure_ascii=False, default=str).replace("\\u0000", "")
    return text.encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")


def purge_provider_events() -> int:
    """Delete the events that were received long ago, and return how many they were."""
    old = ProviderEvent.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).order_by("received_at")
    count = 0
    # In parts: one statement for all of a long backlog would meet the database's limit, day after day.
    while ids := list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        # Django's own: for everybody else they are never deleted.
        count += QuerySet.delete(ProviderEvent.objects.filter(pk__in=ids))[0]
    return count


def _masked(value: Any, depth: int = 0) -> Any:
    if not isinstance(value, Mapping | list):
        return value
    if depth == DEEPEST:
        return MASK
    if isinstance(value, list):
        return [_masked(each, depth + 1) for each in value]
    return {key: MASK if key in MASKED else _masked(each, depth + 1) for key, each in value.items()}
