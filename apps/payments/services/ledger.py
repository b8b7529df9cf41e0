"""Ledger: an order with its payments, locked. Everything that moves money begins by taking it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import Sum

from apps.core.money import ZERO
from apps.jobs.services import JobSpec, enqueue
from apps.orders.models import Order
from apps.orders.services import MoneyFacts, note_money
from apps.payments.jobs import cancellation_of, settlement_of
from apps.payments.models import Payment, Refund, RefundCause
from apps.payments.providers import provider_named
from apps.payments.statuses import PaymentState, RefundState


@dataclass
class Ledger:
    """An order and all its payments, oldest first, with what refunds reserve of them."""

    order: Order
    payments: list[Payment]

    @classmethod
    def locked(cls, order_id: int) -> Self:
        """Lock the order, then its payments, until the transaction ends. Raises Order.DoesNotExist."""
        order = Order.objects.locked().get(pk=order_id)
        return cls(order, list(Payment.objects.locked().filter(order=order).with_reserved()))

    @property
    def current(self) -> Payment | None:
        """Return the newest try that was not given up."""
        return next((payment for payment in self.payments if payment.is_current), None)

    @property
    def open(self) -> list[Payment]:
        """Return the payments that may still be paid."""
        return [payment for payment in self.payments if payment.is_open]

    @property
    def net(self) -> Decimal:
        """Return what the store has of the customer's money."""
        return sum((payment.captured - payment.refunded for payment in self.payments), start=ZERO)

    @property
    def reserved(self) -> Decimal:
        """Return what refunds that are under way give back."""
        return sum((payment.reserved for payment in self.payments), start=ZERO)

    @property
    def owed(self) -> Decimal:
        """Return what the store owes and nobody gives back yet; below zero what it is owed."""
        return self.net - self.reserved - self.order.amount_due

    def payment(self, payment_id: int) -> Payment:
        """Return the payment of the order."""
        return next(payment for payment in self.payments if payment.pk == payment_id)

    def give_up(self, payments: Iterable[Payment]) -> list[JobSpec]:
        """Have open payments end unpaid: at once where nobody is to be asked, else by the jobs returned.

        A payment that is given up stays open until its provider says what became of it.
        """
        cancellations = []
        for payment in payments:
            was_current, payment.is_current = payment.is_current, False
            if provider_named(payment.provider).is_manual or payment.is_unsent:
                payment.status = PaymentState.CANCELLED
                payment.save(update_fields=["is_current", "status"])
            elif was_current:  # of any other there is a job already
                payment.save(update_fields=["is_current"])
                cancellations.append(cancellation_of(payment))
        return cancellations

    def note(self, **facts: Any) -> None:
        """Write on the order what follows from its payments, and see to it that owed money goes back."""
        totals: MoneyFacts = {
            "paid_total": sum((payment.captured for payment in self.payments), start=ZERO),
            "refunded_total": sum((payment.refunded for payment in self.payments), start=ZERO),
            "open_payments": len(self.open),
        }
        note_money(self.order, **{**totals, **facts})
        is_settled = self.order.balance <= 0  # nothing is left that the open ones could be for
        if self.owed > 0 or (is_settled and any(payment.is_current for payment in self.open)):
            enqueue(settlement_of(self.order))

    def note_refunds(self, **facts: Any) -> None:
        """Do the same after refunds have moved: what they have given back is counted anew."""
        succeeded = Refund.objects.filter(order=self.order, status=RefundState.SUCCEEDED)
        given_back: dict[int, Decimal] = {}
        stray = ZERO
        for payment_id, cause, total in (
            succeeded.order_by().values_list("payment", "cause").annotate(Sum("amount"))
        ):
            given_back[payment_id] = given_back.get(payment_id, ZERO) + total
            stray += total if cause == RefundCause.STRAY else ZERO
        for payment in self.payments:
            payment.refunded = given_back.get(payment.pk, ZERO)
            if payment.captured:
                payment.save(update_fields=["refunded"])
        self.note(stray_refunded_total=stray, **facts)
