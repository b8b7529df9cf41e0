"""The carrier's API: one call that announces a shipped order."""

import json
import re
from typing import Any

import requests
from django.conf import settings

from apps.core.outbound_http import call
from apps.orders.models import Order

MAX_ANSWER_BYTES = 64 * 1024
_TRACKING_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/-]{0,63}")


class CarrierUnavailable(Exception):
    """The carrier could not be asked, or did not answer as it should: a later attempt may succeed."""


class CarrierRefused(Exception):
    """The carrier understood and said no: another attempt would be told the same."""


def announce(order: Order, *, idempotency_key: str) -> str:
    """Tell the carrier about a shipped order and return its tracking number.

    Raises CarrierUnavailable for 5xx, time-outs, refused connections and unreadable responses, CarrierRefused
    for 4xx and for a redirect, which is not followed: it would take the key and the customer's data
    elsewhere.
    """
    if not settings.SHIPPING_API_URL:
        raise CarrierRefused("SHIPPING_API_URL is not set any more")
    headers = {"Idempotency-Key": idempotency_key}
    if settings.SHIPPING_API_KEY:
        headers["Authorization"] = f"Bearer {settings.SHIPPING_API_KEY}"
    try:
        answer = call(
            "POST",
            settings.SHIPPING_API_URL,
            patience=settings.SHIPPING_API_TIMEOUT,
            max_bytes=MAX_ANSWER_BYTES,
            headers=headers,
            json=_payload(order),
        )
    except requests.RequestException as error:
        raise CarrierUnavailable(f"{type(error).__name__}: {error}") from error
    if answer.status >= 500:
        raise CarrierUnavailable(f"The carrier answered {answer.status}")
    if answer.status >= 300:
        text = answer.body[:500].decode(errors="replace")
        raise CarrierRefused(f"The carrier answered {answer.status}: {text}")
    return _tracking_number(answer.body)


def _payload(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.pk,
        "status": order.status,
        "total_price": f"{order.total_price:.2f}",
        "currency": order.currency,
        "customer": {"username": order.customer_name, "email": order.customer_email},
        "items": [{"sku": item.sku, "quantity": item.quantity} for item in order.items.all()],
    }


def _tracking_number(body: bytes) -> str:
    try:
        number = json.loads(body)["tracking_number"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CarrierUnavailable("The carrier's response has no tracking number") from error
    if not isinstance(number, str) or not _TRACKING_NUMBER.fullmatch(number):
        raise CarrierUnavailable("The carrier's tracking number cannot be one")
    return number
