"""Erasure in payments: what people wrote about a customer's money. The money itself stays for the books."""

from apps.jobs.services import forget_errors
from apps.orders.jobs import money_subject
from apps.orders.models import Order
from apps.payments.models import Payment, Refund
from apps.users.erasure import erases, redact_email
from apps.users.models import User


@erases
def forget_notes_on_money(user: User) -> None:
    """Empty the notes on the user's payments and refunds, their keys, and what providers said of failures."""
    Payment.objects.filter(order__user=user).exclude(note="", client_key="").update(note="", client_key="")
    Refund.objects.filter(order__user=user).exclude(note="").update(note="")
    forget_errors(map(money_subject, Order.objects.of(user).values_list("pk", flat=True)))


@erases
def strike_address_out_of_notes_on_money(user: User) -> None:
    """Strike the user's address out of notes on the money of others."""
    redact_email(user, Payment.objects.exclude(note=""), field="note")
    redact_email(user, Refund.objects.exclude(note=""), field="note")
