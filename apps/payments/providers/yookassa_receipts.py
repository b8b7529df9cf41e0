"""Receipts of 54-FZ as YooKassa takes them: codes of VAT rates, positions, settlements."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.core.money import money_text
from apps.payments.providers.base import ProviderRefused, Receipt, ReceiptPosition, SettlementRequest

MAX_NAME, MAX_POSITIONS = 128, 100

# Codes of rates in percent. 20 % was the standard rate until 2025-12-31: what was sold at it keeps it.
VAT_CODES: Mapping[Decimal | None, int] = {
    None: 1,
    Decimal(0): 2,
    Decimal(10): 3,
    Decimal(20): 4,
    Decimal(5): 7,
    Decimal(7): 8,
    Decimal(22): 11,
}
# Of the rates that are reckoned from the whole: 10/110, 20/120, …
CALCULATED_VAT_CODES: Mapping[Decimal | None, int] = {
    **VAT_CODES,
    Decimal(10): 5,
    Decimal(20): 6,
    Decimal(5): 9,
    Decimal(7): 10,
    Decimal(22): 12,
}


def amount_of(amount: Decimal, currency: str) -> dict[str, str]:
    """Return money as YooKassa writes it."""
    return {"value": money_text(amount), "currency": currency}


def receipt_body(receipt: Receipt, currency: str) -> dict[str, Any]:
    """Return the receipt that goes with a payment or a refund.

    Raises ProviderRefused: it has too many positions, or a rate that Russia does not know.
    """
    if len(receipt.positions) > MAX_POSITIONS:
        raise ProviderRefused("receipt_too_long")
    body: dict[str, Any] = {
        "customer": {"email": receipt.email},
        "items": [_item(position, receipt, currency) for position in receipt.positions],
    }
    if receipt.tax_system is not None:
        body["tax_system_code"] = receipt.tax_system
    return body


def settlement_body(request: SettlementRequest) -> dict[str, Any]:
    """Return the receipt for prepaid goods that are handed over: the prepayment is set against them."""
    return {
        "type": "payment",
        "payment_id": request.provider_id,
        "send": True,
        "settlements": [{"type": "prepayment", "amount": amount_of(request.amount, request.currency)}],
        **receipt_body(request.receipt, request.currency),
    }


def _item(position: ReceiptPosition, receipt: Receipt, currency: str) -> dict[str, Any]:
    return {
        "description": position.name[:MAX_NAME],
        "quantity": position.quantity,
        "amount": amount_of(position.price, currency),
        "vat_code": _vat_code(position.tax_rate, is_prepayment=receipt.is_prepayment),
        "payment_mode": "full_prepayment" if receipt.is_prepayment else "full_payment",
        "payment_subject": "service" if position.is_service else "commodity",
        "measure": "piece",
    }


def _vat_code(rate: Decimal | None, *, is_prepayment: bool) -> int:
    is_calculated = is_prepayment and settings.RECEIPT_PREPAYMENT_VAT == "calculated"
    codes = CALCULATED_VAT_CODES if is_calculated else VAT_CODES
    if rate not in codes:
        raise ProviderRefused("vat_rate_unknown")
    return codes[rate]
