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
from apps.orders.models import Invoice, Order
from apps.orders.statuses import OrderStatus
from apps.users.emails import name_in_greeting


def confirmation(order: Order, invoice: Invoice, *, message_id: UUID) -> EmailMessage:
    """Return the message that thanks the customer for the order, with the invoice."""
    with translation.override(order.language):
        subject = _("Your order #%(number)s is confirmed")
        message = _message(order, "orders/email/confirmation.txt", subject, message_id)
        message.attach(_("invoice") + f"-{order.pk}.pdf", bytes(invoice.pdf), "application/pdf")
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
        more = {"is_cancelled": is_cancelled, "reason": _reason_of_staff(order) if is_cancelled else ""}
        return _message(order, "orders/email/status.txt", subject, message_id, **more)


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
        "items": [(item, format_money(item.total, order.currency)) for item in order.items.all()],
        "total": format_money(order.total_price, order.currency),
        "store_name": settings.STORE_NAME,
        "store_url": settings.STORE_URL,
        **more,
    }
    return compose(
        subject=subject,
        body=render_to_string(template, context),
        recipient=order.customer_email,
        message_id=message_id,
    )
