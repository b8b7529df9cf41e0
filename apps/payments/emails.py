"""E-mails to customers about their money, in the language of the order. `handlers.py` says when each goes."""

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.mail import compose
from apps.core.money import format_money
from apps.orders.models import Order
from apps.orders.order_text import address_of_order
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment, Refund, RefundCause
from apps.payments.providers.manual import Manual
from apps.users.emails import name_in_greeting


def received_notice(payment: Payment, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells that money has come, and what is still to be paid or goes back."""
    order = payment.order
    with translation.override(order.language):
        lines = [_("We have received your payment of %(amount)s.") % _amount(payment.captured, order)]
        if payment.excess:
            lines.append(_("%(amount)s of it was not due: we send it back.") % _amount(payment.excess, order))
        elif order.balance > 0 and order.status != OrderStatus.CANCELLED:
            lines.append(_("Still to pay: %(amount)s.") % _amount(order.balance, order))
        return _message(order, _("We have received your payment for order #%(number)s"), lines, message_id)


def failure_notice(payment: Payment, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells that the payment has failed, and until when another one can be made."""
    order = payment.order
    with translation.override(order.language):
        lines = [_("Your payment of %(amount)s did not go through.") % _amount(payment.amount, order)]
        if order.status == OrderStatus.PENDING and order.expires_at:
            moment = date_format(timezone.localtime(order.expires_at), "DATETIME_FORMAT")
            lines.append(_("We keep the order until %(moment)s, please try again.") % {"moment": moment})
        else:
            lines.append(_("Please try again, or choose another payment method."))
        if settings.STORE_APP_URL:
            lines.append(_("Pay here: %(link)s") % {"link": address_of_order(order.pk)})
        return _message(order, _("The payment for order #%(number)s has failed"), lines, message_id)


def refund_notice(refund: Refund, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells that money was sent back, why, and when it arrives."""
    payment, order = refund.payment, refund.order
    with translation.override(order.language):
        lines = [_reason_of_stray(order)] if refund.cause == RefundCause.STRAY else []
        amount = _amount(refund.amount, order)
        if payment.card_last4:
            text = _("We have sent %(amount)s back to your card that ends in %(digits)s.")
            lines.append(text % {**amount, "digits": payment.card_last4})
        else:
            lines.append(_("We have sent %(amount)s back to you.") % amount)
        if payment.provider == Manual.code:
            lines.append(_("A bank transfer arrives within 3 business days."))
        else:
            lines.append(_("Depending on your bank, it may take up to 10 business days to arrive."))
        return _message(order, _("Refund for order #%(number)s"), lines, message_id)


def _reason_of_stray(order: Order) -> str:
    if order.status == OrderStatus.CANCELLED:
        return _("Your payment came for an order that has been cancelled.")
    return _("We have received more from you than was to be paid.")


def _amount(amount: Decimal, order: Order) -> dict[str, str]:
    return {"amount": format_money(amount, order.currency)}


def _message(order: Order, subject: str, lines: list[str], message_id: UUID) -> EmailMessage:
    context = {
        "name": name_in_greeting(order.user, order.customer_email),
        "lines": lines,
        "order": order,
        "store_name": settings.STORE_NAME,
        "order_url": address_of_order(order.pk),
    }
    return compose(
        subject=subject % {"number": order.pk},
        body=render_to_string("payments/email/notice.txt", context),
        recipient=order.customer_email,
        message_id=message_id,
    )
