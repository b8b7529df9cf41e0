"""Personal data in orders: who they are for, and what people wrote. It is erased once an order is closed."""

from collections.abc import Collection, Iterable

from django.db import models
from django.utils import timezone

from apps.core.caching.namespaces import wipe_on_commit
from apps.core.database.transactions import retried_atomic
from apps.core.search_words import folded
from apps.delivery.models import ADDRESS_FIELDS
from apps.delivery.phones import national, significant_digits
from apps.import_export.erasure import rewrite_exports
from apps.jobs.services import forget_errors
from apps.orders.models import JOB_SUBJECT, Cancellation, Order, OrderAddress, StatusChange
from apps.orders.statuses import CLOSED
from apps.promotions.services import forget_email_hashes
from apps.users.erasure import contains_any, wait_for_copies
from apps.users.models import User

FEWEST_LETTERS = 3  # of a word of a name, to be looked for in what staff wrote


@retried_atomic
def erase_closed_order(order_id: int) -> None:
    """Erase what a closed order has kept of a customer whose data was erased while it was open.

    It may be done again. Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    customer = User.objects.get(pk=order.user_id)
    if customer.erased_at and order.status in CLOSED:
        wait_for_copies()
        forget_errors([f"{JOB_SUBJECT}{order_id}"])
        forget_recipients(customer, [order])
        forget_email_hashes(customer)  # of an order that was under way while the account was erased
        wipe_on_commit()


def forget_recipients(customer: User, orders: Iterable[Order]) -> None:
    """Empty addresses and notes of the customer's orders, which are locked, and texts that name a recipient.

    A pick-up point stays: it is a place of the store's. A transaction is needed.
    """
    order_ids = [order.pk for order in orders if order.holds_personal_data]
    if not order_ids:
        return
    addresses = OrderAddress.objects.filter(order__in=order_ids)
    names = {name for address in addresses for name in _names_in(address)}
    addresses.update(**dict.fromkeys(ADDRESS_FIELDS, ""))
    Order.objects.filter(pk__in=order_ids).update(
        customer_note="", gift_message="", updated_at=timezone.now()
    )
    empty_texts_naming(names, order_ids)
    rewrite_exports(customer, names)


def empty_texts_naming(names: Collection[str], order_ids: Collection[int]) -> None:
    """Empty what was written about the orders and has one of the folded names in it."""
    texts: list[tuple[models.QuerySet[models.Model], str]] = [
        (StatusChange.objects.filter(order__in=order_ids), "comment"),
        (Cancellation.objects.filter(order__in=order_ids), "note"),
        (Order.objects.filter(pk__in=order_ids), "staff_note"),
    ]
    for rows, field in texts:
        written = rows.exclude(**{field: ""}).values_list("pk", field)
        if naming := [pk for pk, text in written if contains_any(names, text)]:
            rows.filter(pk__in=naming).update(**{field: ""})


def _names_in(address: OrderAddress) -> set[str]:
    """Return what the recipient can be called by, folded: names and their words, and the phone number."""
    words = f"{address.name} {address.company}".split()
    phone = address.phone
    forms = (phone, significant_digits(phone), national(phone)) if phone else ()
    names = (address.name, *(word for word in words if len(word) >= FEWEST_LETTERS), *forms)
    return {folded(name) for name in names if name} - {""}
