"""E-mails to the customer of an order, in the language the order was placed in."""

import smtplib
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.orders.models import Invoice, Order
from apps.orders.money import priced
from apps.orders.statuses import OrderStatus


class MailUnavailable(Exception):
    """The mail server could not take the message now: a later attempt may succeed."""


def confirmation(order: Order, invoice: Invoice, *, message_id: UUID) -> EmailMessage:
    """Return the message that tells the customer that the order is placed, with the invoice."""
    with translation.override(order.language):
        message = _message(
            order, "orders/email/confirmation.txt", _("Order № %(number)s is placed"), message_id
        )
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
        return _message(order, "orders/email/status.txt", subject, message_id)


def send(message: EmailMessage) -> None:
    """Hand the message to the mail server.

    Raises MailUnavailable when it may be tried again, and what smtplib raises when it may not.
    """
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:  # RFC 5321, 4.2.1: 4yz is transient, 5yz permanent
            raise MailUnavailable(str(error)) from error
        raise
    except smtplib.SMTPRecipientsRefused as error:
        if all(code < 500 for code, _text in error.recipients.values()):
            raise MailUnavailable(str(error)) from error
        raise
    except smtplib.SMTPServerDisconnected as error:
        raise MailUnavailable(f"{type(error).__name__}: {error}") from error
    except smtplib.SMTPException:  # an OSError too, but one that cannot heal
        raise
    except OSError as error:
        raise MailUnavailable(f"{type(error).__name__}: {error}") from error


def _message(order: Order, template: str, subject: str, message_id: UUID) -> EmailMessage:
    subject = subject % {"number": order.pk}
    context = {
        "order": order,
        "subject": subject,
        "items": [(item, priced(item.total, order.currency)) for item in order.items.all()],
        "total": priced(order.total_price, order.currency),
        "store_name": settings.STORE_NAME,
        "store_url": settings.STORE_URL,
    }
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].rstrip(">")
    # The same id at every attempt, so that a copy sent after a crash can be told from a second message.
    headers = {"Message-ID": f"<{message_id}@{domain}>"}
    return EmailMessage(
        f"{settings.STORE_NAME}: {subject}",
        render_to_string(template, context),
        sender,
        [order.user.email],
        headers=headers,
    )
