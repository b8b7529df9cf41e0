"""Receipting: rows of fiscal receipts (54-FZ), and what a provider makes of them.

A receipt is written down before it is sent, and sent as it was written down: a call that is repeated with its
key must say the same. The customer's e-mail is not kept with it.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone, translation

from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.jobs.services import enqueue
from apps.orders.models import Order, PaymentTerms
from apps.orders.services import note_money
from apps.orders.statuses import OrderStatus
from apps.payments.jobs import receipt_of
from apps.payments.models import FiscalReceipt, Payment, ReceiptKind, ReceiptState, Refund
from apps.payments.providers import KEY_HOURS, provider_named
from apps.payments.providers.base import ProviderRefused, Receipt, ReceiptSnapshot, SettlementRequest
from apps.payments.receipts import (
    Balance,
    Line,
    Position,
    balances,
    lines_of,
    positions_of_payment,
    positions_of_refund,
    positions_of_settlement,
)
from apps.payments.statuses import NeedsLook, RefundState
from apps.store.models import Seller

HANDED_OVER = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)  # the goods are the customer's, or on their way
REGISTERED_WITHIN = timedelta(days=3)  # else somebody has to ask the provider


def receipt_of_payment(payment: Payment) -> Receipt | None:
    """Return the receipt that the payment begins with; None where the provider makes none.

    Raises ProviderRefused without an e-mail address of the customer: the law has the receipt sent there.
    """
    if not _has_receipts(payment):
        return None
    email = _email_of(payment.order)
    return _receipt(_row_of_payment(payment), email)


def receipt_of_refund(refund: Refund) -> Receipt | None:
    """Return the receipt of what comes back; None where there is none, or the payment's own is taken back.

    Raises ProviderRefused without an e-mail address of the customer.
    """
    if not _has_receipts(refund.payment):
        return None
    row = _row_of_refund(refund)
    if row is None:
        return None
    is_whole = refund.amount == refund.payment.captured
    if is_whole and row.is_prepayment:
        return None  # the provider takes back the receipt that it has
    return _receipt(row, _email_of(refund.order))


def settle_receipts(order: Order) -> None:
    """Have what was prepaid of the locked order receipted as handed over, once for each payment."""
    if order.paid_total <= 0 or order.status not in HANDED_OVER:
        return
    payments = Payment.objects.filter(order=order, captured__gt=ZERO, is_stray=False)
    rest = order.amount_due  # what is above it goes back
    for payment in payments.with_reserved().order_by("pk"):
        amount = min(payment.refundable, rest)
        rest -= amount
        if amount > 0 and _has_receipts(payment):
            _settle(order, payment, amount)


def follow_receipt(order: Order, payment: Payment) -> None:
    """Have the provider asked what became of the receipt of a payment that was just paid.

    Goods that were handed over before their money came are settled now.
    """
    _watch(key_of_payment(payment), payment)
    settle_receipts(order)


def follow_refund_receipt(refund: Refund, payment: Payment) -> None:
    """Have the provider asked what became of the receipt of a refund that was just made."""
    _watch(key_of_refund(refund), payment)


def register_receipt(receipt: FiscalReceipt, *, since: datetime) -> FiscalReceipt:
    """Ask the provider what became of the receipt, or have it registered; note the answer and return it.

    `since` then it should be registered: one that a payment began with waits for the payment.

    Raises ProviderUnavailable.
    """
    try:
        snapshot = _snapshot(receipt)
    except ProviderRefused:
        return _note(receipt, ReceiptSnapshot(receipt.provider_id or "", ReceiptState.CANCELED))
    if snapshot.status == ReceiptState.PENDING and timezone.now() - since > REGISTERED_WITHIN:
        snapshot = ReceiptSnapshot(snapshot.provider_id, ReceiptState.CANCELED)
    return _note(receipt, snapshot)


def key_of_payment(payment: Payment) -> str:
    """Return what the receipt of the payment is known by."""
    return f"payment:{payment.uid}"


def key_of_refund(refund: Refund) -> str:
    """Return what the receipt of the refund is known by."""
    return f"refund:{refund.uid}"


def _watch(key: str, payment: Payment) -> None:
    if _has_receipts(payment) and (row := FiscalReceipt.objects.filter(key=key).first()):
        enqueue(receipt_of(row, payment.provider))


def _has_receipts(payment: Payment) -> bool:
    is_prepaid = payment.terms == PaymentTerms.PREPAID
    return is_prepaid and provider_named(payment.provider).registers_receipts


def _email_of(order: Order) -> str:
    if not order.customer_email:
        raise ProviderRefused("email_missing")
    return order.customer_email


def _receipt(row: FiscalReceipt, email: str) -> Receipt:
    return Receipt(
        email=email,
        positions=_positions(row),
        tax_system=Seller.objects.filter(is_active=True).values_list("tax_system", flat=True).first(),
        is_prepayment=row.is_prepayment,
    )


@retried_atomic
def _row_of_payment(payment: Payment) -> FiscalReceipt:
    order = Order.objects.locked().get(pk=payment.order_id)
    key = key_of_payment(payment)
    if found := FiscalReceipt.objects.filter(key=key).first():
        return found
    return _stored(
        order,
        ReceiptKind.PAYMENT,
        key,
        positions_of_payment(_lines(order), payment.amount),
        payment=payment,
        is_prepayment=order.status not in HANDED_OVER,
    )


@retried_atomic
def _row_of_refund(refund: Refund) -> FiscalReceipt | None:
    order = Order.objects.locked().get(pk=refund.order_id)
    key = key_of_refund(refund)
    if found := FiscalReceipt.objects.filter(key=key).first():
        return found
    of_payment = FiscalReceipt.objects.filter(key=key_of_payment(refund.payment)).first()
    if of_payment is None:
        return None
    is_settled = FiscalReceipt.objects.filter(payment=refund.payment, kind=ReceiptKind.SETTLEMENT).exists()
    return _stored(
        order,
        ReceiptKind.REFUND,
        key,
        positions_of_refund(_balances(order, of_payment), refund.amount),
        payment=refund.payment,
        refund=refund,
        is_prepayment=of_payment.is_prepayment and not is_settled,
    )


def _settle(order: Order, payment: Payment, amount: Decimal) -> None:
    key = f"settlement:{payment.uid}"
    of_payment = FiscalReceipt.objects.filter(key=key_of_payment(payment)).first()
    if of_payment is None or not of_payment.is_prepayment:
        return
    if FiscalReceipt.objects.filter(key=key).exists():
        return
    positions = positions_of_settlement(_balances(order, of_payment), amount)
    row = _stored(order, ReceiptKind.SETTLEMENT, key, positions, payment=payment, is_prepayment=False)
    enqueue(receipt_of(row, payment.provider))


def _lines(order: Order) -> list[Line]:
    with translation.override(order.language):
        return lines_of(order, order.items.all())


def _balances(order: Order, of_payment: FiscalReceipt) -> list[Balance]:
    refunds = FiscalReceipt.objects.filter(payment=of_payment.payment, kind=ReceiptKind.REFUND)
    returned = [
        position for row in refunds.exclude(refund__status=RefundState.FAILED) for position in _positions(row)
    ]
    return balances(_lines(order), _positions(of_payment), returned)


def _positions(row: FiscalReceipt) -> list[Position]:
    return [Position.from_json(stored) for stored in row.positions]


def _stored(
    order: Order,
    kind: ReceiptKind,
    key: str,
    positions: list[Position],
    *,
    payment: Payment,
    is_prepayment: bool,
    refund: Refund | None = None,
) -> FiscalReceipt:
    return FiscalReceipt.objects.create(
        order=order,
        payment=payment,
        refund=refund,
        kind=kind,
        key=key,
        is_prepayment=is_prepayment,
        positions=[position.as_json() for position in positions],
        total=sum((position.total for position in positions), start=ZERO),
    )


def _snapshot(receipt: FiscalReceipt) -> ReceiptSnapshot:
    """Return what the provider says of the receipt; one of a settlement is registered if need be."""
    payment = Payment.objects.get(receipts=receipt)
    provider = provider_named(payment.provider)
    if receipt.kind == ReceiptKind.PAYMENT:
        return _told(provider.fetch(payment.provider_id or "").receipt_status)
    if receipt.refund is not None:
        return _told(provider.fetch_refund(receipt.refund.provider_id or "").receipt_status)
    if receipt.provider_id:
        return provider.fetch_receipt(receipt.provider_id)
    if timezone.now() - receipt.created_at > KEY_HOURS:
        raise ProviderRefused("never_confirmed")  # sent once more, it might be registered twice
    request = SettlementRequest(
        key=receipt.key,
        provider_id=payment.provider_id or "",
        amount=receipt.total,
        currency=payment.currency,
        receipt=_receipt(receipt, _email_of(receipt.order)),
    )
    return provider.register_settlement(request)


def _told(status: str) -> ReceiptSnapshot:
    return ReceiptSnapshot("", status or ReceiptState.PENDING)


@retried_atomic
def _note(receipt: FiscalReceipt, snapshot: ReceiptSnapshot) -> FiscalReceipt:
    order = Order.objects.locked().get(pk=receipt.order_id)
    receipt.status, receipt.provider_id = snapshot.status, snapshot.provider_id or receipt.provider_id
    receipt.save(update_fields=["status", "provider_id"])
    if receipt.status == ReceiptState.CANCELED:
        note_money(order, needs_look=NeedsLook.RECEIPT_FAILED)
    return receipt
