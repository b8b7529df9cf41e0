"""Provider events as they are kept: masked, and not too long."""

import json
from collections.abc import Mapping
from typing import Any

MAX_BYTES = 32 * 1024
MASK = "…"
# Members whose values name a person, a card or a secret, wherever they stand.
MASKED = frozenset(
    {
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
        "phone",
        "receipt_email",
        "shipping",
    }
)


def masked(body: Mapping[str, Any]) -> str:
    """Return the content as JSON, without what may not be kept, at most 32 KB of it."""
    text = json.dumps(_masked(body), ensure_ascii=False, default=str).replace("\\u0000", "")
    return text.encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: MASK if key in MASKED else _masked(each) for key, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value
