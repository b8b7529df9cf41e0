"""Erasure in orders: invoices are drawn anew without the name, addresses, notes and comments are emptied.

Orders that are not closed keep what it takes to deliver them; a job erases that once they are
(`personal_data.py`).
"""

from apps.jobs.services import enqueue, revoke
from apps.orders.jobs import INVOICE, job_of, subject_of
from apps.orders.models import Cancellation, Invoice, Order, StatusChange
from apps.orders.personal_data import empty_texts_naming, forget_recipients
from apps.orders.statuses import CLOSED
from apps.users.erasure import Remainder, erases, locks_before_users, names_of, redact_email
from apps.users.models import User


@locks_before_users
def lock_orders(user_id: int) -> None:
    """Lock the user's orders, by id: whoever changes one of them has locked it before the user."""
    list(Order.objects.locked().filter(user=user_id).order_by("pk").values_list("pk", flat=True))


@erases
def forget_customer(user: User) -> None:
    """Have the invoices drawn again, and drop the errors of jobs, which may quote the address."""
    orders = Order.objects.of(user).order_by("pk")
    revoke(map(subject_of, orders.values_list("pk", flat=True)))
    drawn = list(orders.filter(invoice__isnull=False))
    Invoice.objects.filter(order__user=user).delete()
    enqueue(*[job_of(INVOICE, order).again() for order in drawn])


@erases
def forget_addresses_and_notes(user: User) -> Remainder:
    """Empty addresses and notes of closed orders; return the open ones, which keep theirs until closed."""
    orders = list(Order.objects.locked().of(user).order_by("pk"))
    forget_recipients(user, [order for order in orders if order.status in CLOSED])
    still_open = [order for order in orders if order.status not in CLOSED]
    return Remainder(open_orders=tuple(order.pk for order in still_open if order.holds_personal_data))


@erases
def forget_comments(user: User) -> None:
    """Empty what the user wrote about the own orders, and what staff wrote there and names the user."""
    StatusChange.objects.filter(order__user=user, changed_by=user).exclude(comment="").update(comment="")
    Cancellation.objects.filter(order__user=user, created_by=user).exclude(note="").update(note="")
    own = Order.objects.of(user).values_list("pk", flat=True)
    empty_texts_naming(names_of(user), list(own))


@erases
def strike_address_out_of_comments(user: User) -> None:
    """Strike the user's address out of what staff wrote to orders of others."""
    redact_email(user, StatusChange.objects.exclude(comment=""), field="comment")
    redact_email(user, Cancellation.objects.exclude(note=""), field="note")
    redact_email(user, Order.objects.exclude(staff_note=""), field="staff_note")
