"""E-mails to the customer of an order, in the language the order was placed in."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.common.mail import compose
from apps.orders.models import Invoice, Order
from apps.orders.money import priced
from apps.orders.statuses import OrderStatus
from apps.users.emails import name_in_greeting


def confirmation(order: Order, invoice: Invoice | None, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells the customer that the order is placed, with the invoice if it has one."""
    with translation.override(order.language):
        subject = _("Order № %(number)s is placed")
        message = _message(order, "orders/email/confirmation.txt", subject, message_id, invoice=invoice)
        if invoice:
            message.attach(_("invoice") + f"-{order.pk}.pdf", bytes(invoice.pdf), "application/pdf")
        return message


def status_notice(order: Order, status: OrderStatus, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells the customer that the order has reached the status."""
    with translation.override(order.language):
        subject = {
            OrderStatus.PROCESSING: _("Order № %(number)s is being put together"),
            OrderStatus.SHIPPED: _("Order № %(number)s is on its way"),
            OrderStatus.DELIVERED: _("Order № %(number)s is delivered"),
            OrderStatus.CANCELLED: _("Order № %(number)s is cancelled"),
        }[status]
        reason = _reason_of_staff(order) if status == OrderStatus.CANCELLED else ""
        return _message(order, "orders/email/status.txt", subject, message_id, reason=reason)


def _reason_of_staff(order: Order) -> str:
    """Return why staff cancelled the order; what customers gave as theirs may reach a stranger's mailbox."""
    cancelled = order.status_changes.filter(to_status=OrderStatus.CANCELLED)
    return cancelled.exclude(changed_by=order.user_id).values_list("comment", flat=True).first() or ""


def _message(order: Order, template: str, subject: str, message_id: UUID, **more: Any) -> EmailMessage:
    subject = subject % {"number": order.pk}
    context = {
        "name": name_in_greeting(order.user, order.user.email),
        "number": order.pk,
        "tracking_number": order.tracking_number,
        "subject": subject,
        "items": [(item, priced(item.total, order.currency)) for item in order.items.all()],
        "total": priced(order.total_price, order.currency),
        "store_name": settings.STORE_NAME,
        "store_url": settings.STORE_URL,
        **more,
    }
    return compose(
        subject=subject,
        body=render_to_string(template, context),
        recipient=order.user.email,
        message_id=message_id,
    )
