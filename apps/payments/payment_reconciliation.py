"""Payment reconciliation: whether orders, payments, refunds and providers agree on every cent.

What the store knows is compared in a few statements over all rows; what providers know, by asking them. No
order is paid without a payment where the sums below are right, and its payment status is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.orders.reconciliation import Difference, one_moment, rows
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment, Refund
from apps.payments.providers import GRACE, KEY_HOURS, STUCK_AFTER, end_at_provider, provider_named
from apps.payments.providers.base import PaymentSnapshot
from apps.payments.statuses import OPEN, PaymentState

AT_ONCE = 500  # payments of a provider
LISTING_LAG = timedelta(
    minutes=10
)  # between our clock and a provider's, and until its list tells of a payment

# SQLite adds binary fractions: sums are compared in whole cents.
# What the payments of an order add up to, against its columns.
_SUMS = """
    SELECT id, captured, paid_total, refunded, refunded_total, stray, stray_refunded_total, still_open,
        open_payments
    FROM (
        SELECT orders.id, orders.paid_total, orders.refunded_total, orders.stray_refunded_total,
            orders.open_payments,
            ROUND(COALESCE(payments.captured, 0), 2) AS captured,
            ROUND(COALESCE(payments.refunded, 0), 2) AS refunded,
            ROUND(COALESCE(strays.amount, 0), 2) AS stray,
            COALESCE(payments.still_open, 0) AS still_open
        FROM orders_order orders
        LEFT JOIN (
            SELECT order_id, SUM(captured) AS captured, SUM(refunded) AS refunded,
                SUM(CASE WHEN status IN ('created', 'pending', 'requires_action') THEN 1 ELSE 0 END)
                    AS still_open
            FROM payments_payment GROUP BY order_id
        ) payments ON payments.order_id = orders.id
        LEFT JOIN (
            SELECT order_id, SUM(amount) AS amount FROM payments_refund
            WHERE status = 'succeeded' AND cause = 'stray' GROUP BY order_id
        ) strays ON strays.order_id = orders.id
    ) sums
    WHERE captured <> paid_total OR refunded <> refunded_total OR stray <> stray_refunded_total
        OR still_open <> open_payments
    ORDER BY id
"""
# What the refunds of a payment add up to, against what it says to have given back.
_REFUNDS = """
    SELECT uid, amount, refunded FROM (
        SELECT payment.id, payment.uid, payment.refunded, ROUND(COALESCE(made.amount, 0), 2) AS amount
        FROM payments_payment payment
        LEFT JOIN (
            SELECT payment_id, SUM(amount) AS amount FROM payments_refund
            WHERE status = 'succeeded' GROUP BY payment_id
        ) made ON made.payment_id = payment.id
    ) sums
    WHERE amount <> refunded
    ORDER BY id
"""
# The payment status that follows from the columns of an order, as `payment_status_of` says it. Orders of the
# former release had none, and keep the default until they move.
_STATUSES = """
    SELECT id, expected, payment_status FROM (
        SELECT id, payment_status, items_total,
            CASE
                WHEN net = 0 AND due = 0 THEN CASE WHEN paid_total > 0 THEN 'refunded' ELSE 'not_due' END
                WHEN net = 0 THEN CASE WHEN open_payments > 0 THEN 'pending' ELSE 'unpaid' END
                WHEN net > due THEN 'overpaid'
                WHEN net < due THEN 'partially_paid'
                WHEN refunded_total > stray_refunded_total THEN 'partially_refunded'
                ELSE 'paid'
            END AS expected
        FROM (
            SELECT id, payment_status, items_total, open_payments, paid_total, refunded_total,
                stray_refunded_total, ROUND(paid_total - refunded_total, 2) AS net,
                CASE WHEN status = 'cancelled' THEN 0 ELSE
                    ROUND(total_price - cancelled_total - returned_total - allowance_total, 2)
                END AS due
            FROM orders_order
        ) figures
    ) statuses
    WHERE payment_status <> expected AND (items_total IS NOT NULL OR payment_status <> 'unpaid')
    ORDER BY id
"""
_CURRENT = """
    SELECT order_id, COUNT(*) FROM payments_payment WHERE is_current
    GROUP BY order_id HAVING COUNT(*) > 1 ORDER BY order_id
"""


def payment_differences() -> Iterator[Difference]:
    """Yield every difference between orders, payments and refunds, and what is under way for too long."""
    with one_moment() as cursor:
        for pk, *sums in rows(cursor, _SUMS):
            yield from _different(pk, sums)
        for uid, amount, refunded in rows(cursor, _REFUNDS):
            yield Difference(f"refunds of payment {UUID(str(uid))}", _money(amount), _money(refunded))
        for pk, expected, found in rows(cursor, _STATUSES):
            yield Difference(f"payment status of order {pk}", expected, found)
        for pk, count in rows(cursor, _CURRENT):
            yield Difference(f"current payments of order {pk}", 1, count)
        yield from _late(timezone.now())


def provider_differences(code: str, since: datetime) -> Iterator[Difference]:
    """Yield what the provider says otherwise of payments since then, or does not know, or we do not.

    Raises ProviderUnavailable and ProviderRefused.
    """
    begun, seen = timezone.now(), set()
    snapshots = provider_named(code).payments_since(since - LISTING_LAG)
    while part := list(islice(snapshots, AT_ONCE)):
        known = _known(code, part)
        for snapshot in part:
            payment = known.get(snapshot.provider_id) or known.get(str(snapshot.uid))
            if payment:
                seen.add(payment.pk)
                yield from _otherwise(payment, snapshot)
            elif snapshot.uid or snapshot.captured:  # another shop's page that nobody has paid is not ours
                where = f"payment {snapshot.provider_id} at {code}"
                yield Difference(where, "a payment of ours", "none")
    ours = Payment.objects.filter(
        provider=code, provider_id__isnull=False, created_at__gte=since, created_at__lt=begun - LISTING_LAG
    )
    for pk, uid, number in ours.order_by("pk").values_list("pk", "uid", "provider_id"):
        if pk not in seen:
            yield Difference(f"payment {uid} at {code}", number or "", "none")


def providers_to_ask(since: datetime) -> list[str]:
    """Return the providers that are offered, or have payments since then, and can be asked."""
    used = Payment.objects.filter(created_at__gte=since).order_by().values_list("provider", flat=True)
    codes = {*settings.PAYMENT_PROVIDERS, *used.distinct()}
    return sorted(code for code in codes if not provider_named(code).is_manual)


def _different(pk: int, sums: list[Any]) -> Iterator[Difference]:
    """Yield those of the pairs of a sum and a total that differ."""
    *amounts, still_open, open_payments = sums
    totals = [_money(amount) for amount in amounts]
    for name, expected, found in zip(("paid", "refunded", "strays"), totals[::2], totals[1::2], strict=True):
        if expected != found:
            yield Difference(f"{name} of order {pk}", expected, found)
    if still_open != open_payments:
        yield Difference(f"open payments of order {pk}", still_open, open_payments)


def _late(now: datetime) -> Iterator[Difference]:
    """Yield open payments of cancelled orders that had to end, and refunds that had to be made."""
    open_payments = Payment.objects.filter(status__in=OPEN, order__status=OrderStatus.CANCELLED)
    for payment in open_payments.order_by("pk"):
        end = end_at_provider(payment) + GRACE
        if payment.status == PaymentState.CREATED:
            end = payment.created_at + KEY_HOURS
        if end < now:
            where = f"payment {payment.uid} of cancelled order {payment.order_id}"
            yield Difference(where, f"an end by {end:%Y-%m-%d %H:%M} UTC", payment.status)
    for refund in Refund.objects.under_way().filter(created_at__lt=now - STUCK_AFTER).order_by("pk"):
        end = refund.created_at + STUCK_AFTER
        where = f"refund {refund.uid} of order {refund.order_id}"
        yield Difference(where, f"an end by {end:%Y-%m-%d %H:%M} UTC", refund.status)


def _known(code: str, snapshots: list[PaymentSnapshot]) -> dict[str, Payment]:
    """Return our payments that the provider speaks of, by its number and by ours."""
    numbers = [snapshot.provider_id for snapshot in snapshots]
    uids = [snapshot.uid for snapshot in snapshots if snapshot.uid]
    found = Payment.objects.filter(Q(provider_id__in=numbers) | Q(uid__in=uids), provider=code)
    known: dict[str, Payment] = {}
    for payment in found.with_reserved():
        known |= {str(payment.uid): payment, payment.provider_id or str(payment.uid): payment}
    return known


def _otherwise(payment: Payment, snapshot: PaymentSnapshot) -> Iterator[Difference]:
    """Yield what the provider says otherwise of the payment, but for what is still to be asked or told."""
    where = f"of payment {payment.uid} at {payment.provider}"
    figures: dict[str, tuple[Decimal | str, Decimal | str]] = {
        "amount": (snapshot.amount, payment.amount),
        "currency": (snapshot.currency, payment.currency),
        "captured": (snapshot.captured, payment.captured),
        "refunded": (snapshot.refunded, payment.refunded),
    }
    for name, (theirs, ours) in figures.items():
        if theirs != ours and not (name == "refunded" and payment.reserved):
            yield Difference(f"{name} {where}", theirs, ours)
    if snapshot.status in OPEN and not payment.is_open:
        yield Difference(f"status {where}", snapshot.status, payment.status)


def _money(amount: float | Decimal) -> Decimal:
    return Decimal(f"{amount:.2f}")
