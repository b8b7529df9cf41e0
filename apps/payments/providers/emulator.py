"""The emulated provider (`manage.py payment_emulator`): for development and tests, it takes no money."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

import requests
from django.conf import settings

from apps.core.outbound_http import call
from apps.payments.providers.base import (
    CALL_SECONDS,
    CallbackInvalid,
    NextAction,
    Notice,
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
    RefundSnapshot,
    unavailable,
)
from apps.payments.standard_webhooks import SignatureInvalid, verify
from apps.payments.statuses import PaymentState, RefundState

AMOUNT = re.compile(r"[0-9]{1,13}\.[0-9]{2}")
CURRENCY = re.compile("[A-Z]{3}")
IDENTIFIER = re.compile("[A-Za-z0-9_-]{1,100}")
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)

T = TypeVar("T")


class Emulator(Provider):
    """The API of the emulator, whose statuses are those of the store."""

    code = "emulator"
    pays_late = True

    def create(self, request: PaymentRequest) -> PaymentSnapshot:
        """Begin the payment; the customer is led to the emulator's page."""
        content = {
            "amount": str(request.amount),
            "currency": request.currency,
            "description": request.description,
            "return_url": request.return_url,
            "expires_at": request.expires_at.isoformat() if request.expires_at else None,
            "metadata": {"order_id": request.order_id, "uid": str(request.uid)},
        }
        return _payment(_called("POST", "/v1/payments", key=str(request.uid), content=content))

    def fetch(self, provider_id: str) -> PaymentSnapshot:
        """Return what is true of the payment."""
        return _payment(_called("GET", f"/v1/payments/{_quoted(provider_id)}"))

    def payments_since(self, since: datetime) -> Iterator[PaymentSnapshot]:
        """Yield the payments that were begun since then, oldest first."""
        after: str | None = ""
        while after is not None:
            query = urlencode({"since": since.isoformat(), "after": after})
            page = _called("GET", f"/v1/payments?{query}")
            yield from _each(page, "payments", _payment)
            after = page.get("next")

    def cancel(self, provider_id: str, *, key: str) -> None:
        """Have the payment end unpaid, where it is not paid."""
        _called("POST", f"/v1/payments/{_quoted(provider_id)}/cancel", key=key)

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back, at once."""
        content = {
            "payment": request.provider_id,
            "amount": str(request.amount),
            "currency": request.currency,
            "metadata": {"uid": str(request.uid)},
        }
        return _refund(_called("POST", "/v1/refunds", key=str(request.uid), content=content))

    def fetch_refund(self, provider_id: str) -> RefundSnapshot:
        """Return what is true of the refund."""
        return _refund(_called("GET", f"/v1/refunds/{_quoted(provider_id)}"))

    def refunds_of(self, provider_id: str) -> list[RefundSnapshot]:
        """Return all refunds of the payment, oldest first."""
        page = _called("GET", f"/v1/refunds?{urlencode({'payment': provider_id})}")
        return list(_each(page, "refunds", _refund))

    def read_callback(self, body: bytes, headers: Mapping[str, str], *, address: str) -> Notice:
        """Return what the callback says, if its signature is valid."""
        try:
            event_id = verify(body, headers, secrets=[settings.PAYMENT_EMULATOR_SECRET], now=time.time())
            content = json.loads(body)
            payment = content["data"]["payment"]
            return Notice(
                event_id=event_id,
                kind=str(content["type"]),
                provider_id=_identifier(payment["id"]),
                uid=_uid(payment),
                body=content,
            )
        except (SignatureInvalid, *UNREADABLE) as error:
            raise CallbackInvalid(str(error)) from error


def _called(method: str, path: str, *, key: str = "", content: object = None) -> Mapping[str, Any]:
    """Return the answer. Raises ProviderUnavailable for one that tells nothing, ProviderRefused for 4xx."""
    try:
        answer = call(
            method,
            _address() + path,
            patience=CALL_SECONDS,
            headers={"Idempotency-Key": key} if key else None,
            json=content,
        )
    except requests.RequestException as error:
        raise unavailable(error, f"{type(error).__name__}: {error}") from error
    if not (200 <= answer.status < 300 or 400 <= answer.status < 500):
        raise ProviderUnavailable(f"The emulator answered {answer.status}")
    try:
        read = json.loads(answer.body)
        if answer.status >= 400:
            raise ProviderRefused(str(read["error"]))
    except UNREADABLE as error:
        raise ProviderUnavailable("The emulator's answer cannot be read") from error
    if not isinstance(read, dict):
        raise ProviderUnavailable("The emulator's answer cannot be read")
    return read


def _address() -> str:
    """Return where the emulator is: as set, else as the embedded store, another process, has noted."""
    if settings.PAYMENT_EMULATOR_URL or not settings.STORE_EMBEDDED:
        return settings.PAYMENT_EMULATOR_URL
    try:
        return settings.PAYMENT_EMULATOR_KEPT_URL.read_text()
    except OSError:
        return ""


def _each(page: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], T]) -> Iterator[T]:
    rows = page.get(name)
    if not isinstance(rows, list):
        raise ProviderUnavailable("The emulator's answer is no list")
    return map(read, rows)


def _payment(content: Mapping[str, Any]) -> PaymentSnapshot:
    try:
        status = PaymentState(content["status"])
        action: NextAction = {"type": "redirect", "url": str(content["url"])}
        card = content["card"] or {"brand": "", "last4": ""}
        expires_at = content["expires_at"]
        return PaymentSnapshot(
            provider_id=_identifier(content["id"]),
            uid=_uid(content),
            status=status,
            amount=_amount(content["amount"]),
            captured=_amount(content["captured"]),
            refunded=_amount(content["refunded"]),
            currency=_matching(CURRENCY, content["currency"]),
            next_action=action if status == PaymentState.REQUIRES_ACTION else None,
            failure_code=str(content["failure_code"]),
            card_brand=str(card["brand"]),
            card_last4=str(card["last4"]),
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        )
    except UNREADABLE as error:
        raise ProviderUnavailable("The emulator's payment cannot be read") from error


def _refund(content: Mapping[str, Any]) -> RefundSnapshot:
    try:
        return RefundSnapshot(
            provider_id=_identifier(content["id"]),
            uid=_uid(content),
            status=RefundState(content["status"]),
            amount=_amount(content["amount"]),
            currency=_matching(CURRENCY, content["currency"]),
        )
    except UNREADABLE as error:
        raise ProviderUnavailable("The emulator's refund cannot be read") from error


def _uid(content: Mapping[str, Any]) -> UUID | None:
    """Return our number of it, None for what was not begun by a store."""
    uid = content["metadata"].get("uid")
    return UUID(uid) if uid else None


def _identifier(value: Any) -> str:
    return _matching(IDENTIFIER, value)


def _amount(value: Any) -> Decimal:
    return Decimal(_matching(AMOUNT, value))


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not pattern.fullmatch(value):
        raise ValueError("A value of another form was expected")
    return str(value)


def _quoted(provider_id: str) -> str:
    return quote(provider_id, safe="")
