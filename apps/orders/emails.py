"""E-mails to the customer of an order, in the language it was placed in. `jobs.py` says when each is sent."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.mail import compose
from apps.core.money import format_money
from apps.orders.models import Order, PaymentMethod
from apps.orders.order_text import (
    address_of_order,
    destination,
    line_price,
    sums_before_total,
    taxes_in_total,
)
from apps.orders.statuses import OrderStatus
from apps.store.models import in_present_language
from apps.users.emails import name_in_greeting


def confirmation(order: Order, invoice: bytes, *, message_id: UUID) -> EmailMessage:
    """Return the message that thanks the customer for the order, with the invoice as PDF."""
    with translation.override(order.language):
        subject = _("Your order #%(number)s is confirmed")
        message = _message(order, "orders/email/confirmation.txt", subject, message_id, **_payment(order))
        message.attach(_("invoice") + f"-{order.pk}.pdf", invoice, "application/pdf")
        return message


def status_notice(order: Order, status: OrderStatus, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells the customer that the order has reached the status."""
    with translation.override(order.language):
        subject = {
            OrderStatus.PROCESSING: _("Your order #%(number)s is being prepared"),
            OrderStatus.SHIPPED: _("Your order #%(number)s has been shipped"),
            OrderStatus.DELIVERED: _("Your order #%(number)s has been delivered"),
            OrderStatus.CANCELLED: _("Your order #%(number)s has been cancelled"),
        }[status]
        is_cancelled = status == OrderStatus.CANCELLED
        more = {
            "is_cancelled": is_cancelled,
            "reason": _reason_of_staff(order) if is_cancelled else "",
            "money": _money_in(order, status),
        }
        return _message(order, "orders/email/status.txt", subject, message_id, **more)


def _may_name(order: Order) -> bool:
    """Tell whether the message may hold texts of the customer's: a stranger's mailbox gets none."""
    return order.has_confirmed_email


def _own_text(order: Order, text: str) -> str:
    return " ".join(text.split()) if _may_name(order) else ""


def _payment(order: Order) -> dict[str, str]:
    """Return how the order is paid, with the method's present instructions."""
    method = PaymentMethod.objects.filter(code=order.payment_method).first() if order.payment_method else None
    return {
        "payment_method": order.payment_method_name,
        "instructions": in_present_language(method.instructions_ru, method.instructions_en) if method else "",
    }


def _money_in(order: Order, status: OrderStatus) -> str:
    """Return what the message says of the customer's money: that it has come, or that it goes back."""
    paid = order.paid_total - order.refunded_total
    if status == OrderStatus.CANCELLED:
        text = _("We are sending your %(amount)s back.") if paid else _("There is nothing to pay.")
    elif status == OrderStatus.PROCESSING and paid and order.balance <= 0:
        text = _("We have received your payment of %(amount)s.")
    else:
        return ""
    return text % {"amount": format_money(paid, order.currency)}


def _reason_of_staff(order: Order) -> str:
    """Return why staff cancelled the order; what customers gave as theirs may reach a stranger's mailbox."""
    cancelled = order.status_changes.filter(to_status=OrderStatus.CANCELLED)
    return cancelled.exclude(changed_by=order.user_id).values_list("comment", flat=True).first() or ""


def _message(order: Order, template: str, subject: str, message_id: UUID, **more: Any) -> EmailMessage:
    subject = subject % {"number": order.pk}
    context = {
        "name": name_in_greeting(order.user, order.customer_email),
        "order": order,
        "tracking_number": order.tracking_number,
        "subject": subject,
        "items": [(item, line_price(item, order.currency)) for item in order.items.all()],
        "sums": sums_before_total(order),
        "taxes": taxes_in_total(order),
        "destination": destination(order) if _may_name(order) else None,
        "customer_note": _own_text(order, order.customer_note),
        "gift_message": _own_text(order, order.gift_message),
        "total": format_money(order.total_price, order.currency),
        "store_name": settings.STORE_NAME,
        "order_url": address_of_order(order.pk),
        **more,
    }
    return compose(
        subject=subject,
        body=render_to_string(template, context),
        recipient=order.customer_email,
        message_id=message_id,
    )
