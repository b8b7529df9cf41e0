"""Callbacks of Stripe: their signature, and of which payment an event speaks."""

import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.payments.providers.base import CallbackInvalid, Notice

TOLERANCE_SECONDS = 300
SCHEME = "v1"
# What is kept of an event's object: nothing of a person or a card.
KEPT = (
    "amount",
    "amount_refunded",
    "amount_total",
    "currency",
    "failure_reason",
    "id",
    "object",
    "payment_intent",
    "payment_status",
    "status",
)


def check_signature(body: bytes, header: str, secrets: Iterable[str]) -> None:
    """Check that somebody who knows one of the secrets has signed the body, and not long ago.

    Raises CallbackInvalid.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    signed_at = next((value for name, _, value in parts if name == "t"), "")
    if not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) < 12):
        raise CallbackInvalid
    signatures = [value.encode() for name, _, value in parts if name == SCHEME]
    message = signed_at.encode() + b"." + body
    expected = [hmac.new(secret.encode(), message, "sha256").hexdigest().encode() for secret in secrets]
    # Every pair is compared, each in constant time.
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures]
    if not any(matches) or abs(time.time() - int(signed_at)) > TOLERANCE_SECONDS:
        raise CallbackInvalid


def notice_of(body: bytes) -> Notice:
    """Return what the signed event says.

    A session is one of our payments by its number; what hangs on one, by the `uid` that was given to it.

    Raises CallbackInvalid for what is no event.
    """
    try:
        event = json.loads(body)
        thing = event["data"]["object"]
        event_id, kind, number = str(event["id"]), str(event["type"]), str(thing.get("id", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CallbackInvalid from error
    what = thing.get("object")
    return Notice(
        event_id=event_id,
        kind=kind,
        provider_id=number if what == "checkout.session" else "",
        uid=uid_in(thing.get("metadata"), "payment_uid" if what == "refund" else "uid"),
        body=_kept(event, thing),
    )


def uid_in(metadata: Any, name: str) -> UUID | None:
    """Return our number that was given to an object of Stripe; None where it is nobody's of ours."""
    try:
        return UUID(metadata[name])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _kept(event: Mapping[str, Any], thing: Mapping[str, Any]) -> Mapping[str, Any]:
    told = {name: thing[name] for name in KEPT if isinstance(thing.get(name), str | int)}
    return {
        "created": event.get("created"),
        "livemode": event.get("livemode"),
        "object": {**told, "metadata": thing.get("metadata")},
    }
