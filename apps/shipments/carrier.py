"""The carrier's API: one call that announces a shipped order."""

import json
import re
import time
from typing import Any

import requests
from django.conf import settings

from apps.orders.models import Order

CONNECT_TIMEOUT_SECONDS = 3.0
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
        status, body = _post(settings.SHIPPING_API_URL, headers=headers, payload=_payload(order))
    except requests.RequestException as error:
        raise CarrierUnavailable(f"{type(error).__name__}: {error}") from error
    if status >= 500:
        raise CarrierUnavailable(f"The carrier answered {status}")
    if status >= 300:
        raise CarrierRefused(f"The carrier answered {status}: {body[:500].decode(errors='replace')}")
    return _tracking_number(body)


def _payload(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.pk,
        "status": order.status,
        "total_price": f"{order.total_price:.2f}",
        "currency": order.currency,
        "customer": {"username": order.customer_name, "email": order.customer_email},
        "items": [{"sku": item.sku, "quantity": item.quantity} for item in order.items.all()],
    }


def _post(url: str, *, headers: dict[str, str], payload: dict[str, Any]) -> tuple[int, bytes]:
    patience = settings.SHIPPING_API_TIMEOUT
    deadline = time.monotonic() + 2 * patience
    with requests.Session() as session:
        session.trust_env = False  # no proxy, no credentials of the machine
        with session.post(
            url,
            json=payload,
            headers=headers,
            timeout=(min(patience, CONNECT_TIMEOUT_SECONDS), patience),
            allow_redirects=False,
            stream=True,
        ) as response:
            return response.status_code, _read(response, deadline)


def _read(response: requests.Response, deadline: float) -> bytes:
    # The time-out of requests is for each read; a server that drips would hold the worker for ever.
    body = b""
    for part in response.iter_content(4096):
        body += part
        if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
            raise requests.ConnectionError("The carrier's response is too long or too slow")
    return body


def _tracking_number(body: bytes) -> str:
    try:
        number = json.loads(body)["tracking_number"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CarrierUnavailable("The carrier's response has no tracking number") from error
    if not isinstance(number, str) or not _TRACKING_NUMBER.fullmatch(number):
        raise CarrierUnavailable("The carrier's tracking number cannot be one")
    return number
