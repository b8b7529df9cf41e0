"""YooKassa: payments in one step on its page, refunds, and receipts of 54-FZ, by plain HTTP.

https://yookassa.ru/developers: the format of calls, of payments, of refunds and of notifications.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from apps.core.outbound_http import call
from apps.payments.providers.base import (
    CALL_SECONDS,
    CallbackInvalid,
    Notice,
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    ReceiptSnapshot,
    RefundRequest,
    RefundSnapshot,
    SettlementRequest,
    unavailable,
)
from apps.payments.providers.yookassa_objects import Json, payment_of, receipt_of, refund_of, uid_of
from apps.payments.providers.yookassa_receipts import amount_of, receipt_body, settlement_body

PAGE = 100  # objects of a list at once
MAX_DESCRIPTION = 128
LOCALES = {"ru": "ru_RU", "en": "en_US"}
# What may be tried again: the shop's key or rights are not accepted (nothing was decided), too many calls.
UNDECIDED = (401, 403, 408, 429)

_NAME = re.compile(r"[\w.\[\]-]{1,100}")  # of a member, as receipt.items[0].price

logger = logging.getLogger(__name__)


class YooKassa(Provider):
    """Cards, SBP, SberPay and the like on YooKassa's page."""

    code = "yookassa"
    registers_receipts = True

    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        """Begin the payment; the customer is led to the page where it is paid."""
        body = {
            "amount": amount_of(request.amount, request.currency),
            "capture": True,
            "confirmation": {
                "type": "redirect",
                "return_url": request.return_url,
                "locale": LOCALES.get(request.language, LOCALES["en"]),
            },
            "description": request.description[:MAX_DESCRIPTION],
            "metadata": {"order_id": str(request.order_id), "uid": str(request.uid)},
        }
        if request.receipt:
            body["receipt"] = receipt_body(request.receipt, request.currency)
        return payment_of(_post("payments", body, key=str(request.uid)))

    def fetch(self, provider_id: str) -> PaymentSnapshot:
        """Return what is true of the payment. Raises ProviderRefused when there is none."""
        return payment_of(_get(f"payments/{quote(provider_id, safe='')}"))

    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        """Yield the payments that were begun since then, newest first."""
        moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for each in _listed("payments", {"created_at.gte": moment}):
            yield payment_of(each)

    def cancel(self, provider_id: str, *, key: str) -> None:
        """Refuse: YooKassa cancels what waits for capture only; a payment that was begun ends by itself."""
        raise ProviderRefused("not_cancellable")

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back; the same `uid` gives it back once."""
        body = {
            "payment_id": request.provider_id,
            "amount": amount_of(request.amount, request.currency),
            "metadata": {"uid": str(request.uid)},
        }
        if request.receipt:
            body["receipt"] = receipt_body(request.receipt, request.currency)
        return refund_of(_post("refunds", body, key=str(request.uid)))

    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        """Return what is true of the refund."""
        return refund_of(_get(f"refunds/{quote(provider_id, safe='')}"))

    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        """Return all refunds of the payment."""
        return [refund_of(each) for each in _listed("refunds", {"payment_id": provider_id})]

    def register_settlement(self, request: SettlementRequest) -> ReceiptSnapshot:
        """Have the receipt for prepaid goods that are handed over registered."""
        return receipt_of(_post("receipts", settlement_body(request), key=request.key))

    def fetch_receipt(self, provider_id: str) -> ReceiptSnapshot:
        """Return what is true of the receipt."""
        return receipt_of(_get(f"receipts/{quote(provider_id, safe='')}"))

    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        """Return what the notification says. It is not signed: what it says is asked back before it counts.

        Raises CallbackInvalid when it cannot be read, or comes from outside of YOOKASSA_NETWORKS.
        """
        if settings.YOOKASSA_NETWORKS and not _is_of_networks(address):
            raise CallbackInvalid
        try:
            content = json.loads(body)
            event, told = content["event"], content["object"]
            kind, number = event.partition(".")[0], told["id"]
            about = {"payment": number, "refund": told.get("payment_id")}.get(kind, "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise CallbackInvalid from None
        if not (isinstance(number, str) and isinstance(about, str)):
            raise CallbackInvalid
        return Notice(
            event_id=f"{event}:{number}",
            kind=event,
            provider_id=about,
            uid=uid_of(told) if kind == "payment" else None,
            body=content,
        )


def _post(path: str, body: Json, *, key: str) -> Json:
    return _called("POST", path, headers={"Idempotence-Key": key}, json=body)


def _get(path: str, **parameters: str) -> Json:
    return _called("GET", path, params=parameters)


def _listed(path: str, parameters: Mapping[str, str]) -> Iterator[Json]:
    """Yield the objects of a list, page after page."""
    cursor: Mapping[str, str] = {}
    while True:
        page = _get(path, limit=str(PAGE), **parameters, **cursor)
        yield from page.get("items", [])
        if not page.get("next_cursor"):
            return
        cursor = {"cursor": page["next_cursor"]}


def _called(method: str, path: str, **content: Any) -> Json:
    """Call YooKassa and return its answer.

    Raises ProviderUnavailable when nobody knows what came of the call: no answer, one that cannot be read, or
    one that says so (202, 5xx) or has no code. Raises ProviderRefused with the code of all other errors.
    """
    try:
        answer = call(
            method,
            f"{settings.YOOKASSA_API_URL}/{path}",
            patience=CALL_SECONDS,
            auth=(settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY),
            **content,
        )
    except requests.RequestException as error:
        raise unavailable(error, f"{type(error).__name__}: {error}") from error
    if answer.status != 200 and (answer.status not in range(400, 500) or answer.status in UNDECIDED):
        raise ProviderUnavailable(f"YooKassa answered {answer.status}")
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    if answer.status != 200:
        if not (isinstance(body, dict) and body.get("code")):  # the page of somebody between us
            raise ProviderUnavailable(f"YooKassa answered {answer.status} without a code")
        raise _refusal(path, body)
    if not isinstance(body, dict):
        raise ProviderUnavailable("YooKassa's answer cannot be read")
    return body


def _refusal(path: str, told: Json) -> ProviderRefused:
    """Return the refusal with the code of the answer; the log tells which member is wrong."""
    refusal = ProviderRefused(str(told["code"]))
    parameter = str(told.get("parameter", ""))
    logger.warning(
        "YooKassa refused %s: %s %s", path, refusal.code, parameter if _NAME.fullmatch(parameter) else ""
    )
    return refusal


def _is_of_networks(address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(network) for network in settings.YOOKASSA_NETWORKS)
