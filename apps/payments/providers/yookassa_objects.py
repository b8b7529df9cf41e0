"""Payments, refunds and receipts as YooKassa tells of them."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from apps.core.money import ZERO
from apps.payments.providers.base import (
    NextAction,
    PaymentSnapshot,
    ProviderUnavailable,
    ReceiptSnapshot,
    RefundSnapshot,
)
from apps.payments.statuses import PaymentState, RefundState

REFUND_STATES = {
    "pending": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "canceled": RefundState.FAILED,
}
RECEIPT_STATES = ("pending", "succeeded", "canceled")

Json = dict[str, Any]
T = TypeVar("T")


def _readable(read: Callable[[Json], T]) -> Callable[[Json], T]:
    """Have ProviderUnavailable raised for an object that is not of its documented form."""

    @wraps(read)
    def reading(content: Json) -> T:
        try:
            return read(content)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise ProviderUnavailable(f"YooKassa's answer cannot be read: {error!r}") from error

    return reading


@_readable
def payment_of(content: Json) -> PaymentSnapshot:
    """Return what YooKassa says of a payment."""
    amount = _money(content["amount"])
    state, reason = _state(content)
    card = (content.get("payment_method") or {}).get("card") or {}
    return PaymentSnapshot(
        provider_id=str(content["id"]),
        uid=uid_of(content),
        status=state,
        amount=amount,
        captured=amount if state == PaymentState.PAID else ZERO,
        refunded=_money(content.get("refunded_amount") or {"value": ZERO}),
        currency=content["amount"]["currency"],
        next_action=_next_action(content) if state == PaymentState.REQUIRES_ACTION else None,
        failure_code=reason[:50],
        card_brand=str(card.get("card_type") or ""),
        card_last4=str(card.get("last4") or ""),
        is_uncaptured=content["status"] == "waiting_for_capture",
        receipt_status=str(content.get("receipt_registration") or ""),
    )


@_readable
def refund_of(content: Json) -> RefundSnapshot:
    """Return what YooKassa says of a refund."""
    return RefundSnapshot(
        provider_id=str(content["id"]),
        uid=uid_of(content),
        status=REFUND_STATES[content["status"]],
        amount=_money(content["amount"]),
        currency=content["amount"]["currency"],
        failure_code=str((content.get("cancellation_details") or {}).get("reason") or "")[:50],
        receipt_status=str(content.get("receipt_registration") or ""),
    )


@_readable
def receipt_of(content: Json) -> ReceiptSnapshot:
    """Return what YooKassa says of a receipt."""
    if content["status"] not in RECEIPT_STATES:
        raise ValueError(content["status"])
    return ReceiptSnapshot(provider_id=str(content["id"]), status=content["status"])


def uid_of(content: Json) -> UUID | None:
    """Return our uid, as YooKassa has kept it; None where it has none, or somebody else's."""
    metadata = content.get("metadata") or {}
    try:
        return UUID(metadata["uid"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _money(amount: Json) -> Decimal:
    value = Decimal(str(amount["value"]))
    if not value.is_finite():
        raise ValueError("amount")
    return value


def _state(content: Json) -> tuple[PaymentState, str]:
    """Return the state of a payment, and why it has ended unpaid."""
    match content["status"]:
        case "succeeded":
            return PaymentState.PAID, ""
        case "waiting_for_capture":
            return PaymentState.PENDING, ""
        case "pending":
            return PaymentState.REQUIRES_ACTION if _next_action(content) else PaymentState.PENDING, ""
        case "canceled":
            details = content.get("cancellation_details") or {}
            reason = str(details.get("reason") or "canceled")
            if reason == "expired_on_confirmation":
                return PaymentState.EXPIRED, reason
            is_by_shop = details.get("party") == "merchant"
            return PaymentState.CANCELLED if is_by_shop else PaymentState.FAILED, reason
    raise ValueError(content["status"])


def _next_action(content: Json) -> NextAction | None:
    url = (content.get("confirmation") or {}).get("confirmation_url")
    return {"type": "redirect", "url": url} if isinstance(url, str) else None
