"""Money on the page of an order in the admin: its payments and refunds, and what can be done about them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.core.days import today
from apps.core.money import ZERO
from apps.orders.admin.order_sections import OrderSection, register_order_section
from apps.orders.admin.provider_names import provider_name
from apps.orders.models import Order
from apps.payments.admin.order_buttons import MONEY_BUTTONS
from apps.payments.admin.order_forms import ReceivedForm, RefundForm, money_of
from apps.payments.models import Payment, Refund, refundable_total
from apps.payments.providers.manual import Manual
from apps.payments.statuses import NeedsLook, RefundReason, RefundState


@dataclass(frozen=True)
class ShownPayment:
    """A payment with what can be done about it, by whoever may."""

    payment: Payment
    provider: str

    @property
    def can_be_asked_about(self) -> bool:
        """Tell whether its provider can be asked."""
        return self.payment.provider != Manual.code

    @property
    def can_be_given_up(self) -> bool:
        """Tell whether it is open, and was not given up."""
        return self.payment.is_open and self.payment.is_current


@dataclass(frozen=True)
class ShownRefund:
    """A refund with its payment."""

    refund: Refund

    @property
    def reason(self) -> str:
        """Return why it was made, in words."""
        return reason_in_words(self.refund.reason)

    @property
    def waits_for_people(self) -> bool:
        """Tell whether people have to say what became of it."""
        is_manual = self.refund.payment.provider == Manual.code
        return is_manual and self.refund.status == RefundState.PENDING


def reason_in_words(reason: str) -> str:
    """Return the reason of a refund as people call it; the word itself when a program has named it."""
    return str(dict(RefundReason.choices).get(reason, reason))


def money_section(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    """Return what the section shows; None for those who may not see payments."""
    user = request.user
    if not user.has_perm("payments.view_payment"):
        return None
    payments = list(Payment.objects.filter(order=order).select_related("created_by").with_reserved())
    refunds = Refund.objects.filter(payment__in=payments).select_related("created_by", "payment")
    may_record, may_refund = user.has_perm("payments.add_payment"), user.has_perm("payments.add_refund")
    refundable = refundable_total(payments)
    received = {
        "method": order.payment_method,
        "amount": max(order.balance, ZERO) or None,
        "received_on": today(),
    }
    return {
        "order": order,
        "needs_look": dict(NeedsLook.choices).get(order.needs_look, order.needs_look),
        "payments": [ShownPayment(payment, provider_name(payment.provider)) for payment in payments],
        "refunds": [ShownRefund(refund) for refund in refunds],
        "money": money_of(order, refundable),
        "refundable": refundable,
        "may_record": may_record,
        "may_refund": may_refund,
        "may_decide": user.has_perm("payments.change_refund"),
        "received_form": ReceivedForm.of("money-received", received) if may_record else None,
        "refund_form": RefundForm.of("money-refund", {}) if may_refund and refundable else None,
    }


register_order_section(
    OrderSection(
        template="payments/admin/order_section.html",
        forms_template="payments/admin/order_forms.html",
        context_of=money_section,
        pages=MONEY_BUTTONS,
    )
)
