"""Erasure in orders: invoices are drawn anew without the name, and comments are emptied."""

from apps.jobs.services import enqueue, revoke
from apps.orders.jobs import INVOICE, job_of, subject_of
from apps.orders.models import Invoice, Order, StatusChange
from apps.users.erasure import contains_any, erases, names_of, redact_email
from apps.users.models import User


@erases
def forget_customer(user: User) -> None:
    """Have the invoices drawn again, and drop the errors of jobs, which may quote the address."""
    orders = Order.objects.of(user).order_by("pk")
    revoke(map(subject_of, orders.values_list("pk", flat=True)))
    drawn = list(orders.filter(invoice__isnull=False))
    Invoice.objects.filter(order__user=user).delete()
    enqueue(*[job_of(INVOICE, order).again() for order in drawn])


@erases
def forget_comments(user: User) -> None:
    """Empty the comments that the user wrote to the own orders, and those of staff that name the user."""
    names = names_of(user)
    commented = StatusChange.objects.filter(order__user=user).exclude(comment="")
    naming = [
        pk
        for pk, author_id, comment in commented.values_list("pk", "changed_by", "comment")
        if author_id == user.pk or contains_any(names, comment)
    ]
    StatusChange.objects.filter(pk__in=naming).update(comment="")


@erases
def strike_address_out_of_comments(user: User) -> None:
    """Strike the user's address out of what staff wrote to orders of others."""
    redact_email(user, StatusChange.objects.exclude(comment=""), field="comment")
