"""Questions about orders, for lists, details and searches."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import functions

from apps.core.database.querysets import SignallingQuerySet
from apps.core.normalization import EMAIL, USERNAME, as_stored
from apps.jobs.models import Job, JobStatus
from apps.orders.models.addresses import OrderAddress
from apps.orders.models.discounts import OrderDiscount
from apps.orders.models.history import StatusChange
from apps.orders.models.items import OrderItem
from apps.orders.statuses import OrderStatus, ShipmentStatus
from apps.users.models import User

if TYPE_CHECKING:
    from apps.orders.models.orders import Order  # noqa: F401  # the type of the rows, below

SENT = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)  # by which an order without parcels is on its way
TRIGRAM = 3  # characters that an index of parts needs
FEW = 5_000  # customers, items or addresses that a search finds one by one: more cost more than they save
JOB_SUBJECT = "order:"  # and the order's number: what its jobs are found by
MONEY_SUBJECT = "money:"  # likewise: what the jobs of its payments are found by


class OrderQuerySet(SignallingQuerySet["Order"]):
    """Questions about orders."""

    def of(self, user: User) -> Self:
        """Return the user's own orders."""
        return self.filter(user=user)

    def has_uncancelled_of(self, user: User) -> bool:
        """Tell whether the user has an order that was not cancelled."""
        return self.of(user).exclude(status=OrderStatus.CANCELLED).exists()

    def locked(self) -> Self:
        """Lock the rows until the transaction ends."""
        # no_key: rows that merely refer to an order, such as its items, need not wait.
        return self.select_for_update(of=("self",), no_key=True)

    def with_items(self) -> Self:
        """Fetch what an order shows: the user, the items, and the status changes with the names in them.

        They are lists on each order, `fetched_items` and `fetched_status_changes`.
        """
        status_changes = StatusChange.objects.select_related("changed_by")
        return self.select_related("user").prefetch_related(
            models.Prefetch("items", to_attr="fetched_items"),
            models.Prefetch("status_changes", status_changes, to_attr="fetched_status_changes"),
        )

    def with_items_count(self) -> Self:
        """Count the items, and fetch the user."""
        items = OrderItem.objects.filter(order=models.OuterRef("pk")).order_by().values("order")
        count = models.Subquery(items.annotate(count=models.Count("pk")).values("count"))
        return self.select_related("user").annotate(items_count=functions.Coalesce(count, 0))

    def with_failed_jobs(self) -> Self:
        """Return the orders one of whose jobs has failed, be it about their money."""
        subject = models.Q(subject__startswith=JOB_SUBJECT) | models.Q(subject__startswith=MONEY_SUBJECT)
        failed = Job.objects.filter(subject, status=JobStatus.FAILED).order_by()
        number = functions.Substr("subject", functions.StrIndex("subject", models.Value(":")) + 1)
        return self.filter(pk__in=failed.values(order_id=functions.Cast(number, models.BigIntegerField())))

    def noting_failed_jobs(self) -> Self:
        """Tell of each order whether one of its jobs `has_failed`."""
        number = functions.Cast(models.OuterRef("pk"), models.CharField())
        subjects = [functions.Concat(models.Value(kind), number) for kind in (JOB_SUBJECT, MONEY_SUBJECT)]
        failed = Job.objects.filter(status=JobStatus.FAILED, subject__in=subjects)
        return self.annotate(has_failed=models.Exists(failed))

    def with_shipment_status(self, statuses: Collection[str]) -> Self:
        """Return those whose parcels stand so; of an order without any, its status says it."""
        wanted = set(statuses)
        found = models.Q(shipment_status__in=sorted(wanted - {ShipmentStatus.NOT_SHIPPED}))
        without_parcels = models.Q(shipment_status=ShipmentStatus.NOT_SHIPPED)
        if ShipmentStatus.NOT_SHIPPED in wanted:
            found |= without_parcels & ~models.Q(status__in=SENT)
        if sent := wanted.intersection(SENT):
            found |= without_parcels & models.Q(status__in=sorted(sent))
        return self.filter(found)

    def with_coupon(self, code: str) -> Self:
        """Return those that were placed with the code, as promotions keep it."""
        discounted = OrderDiscount.objects.filter(code=code).order_by()
        return self.filter(pk__in=discounted.values("order_id"))

    def with_promotion(self, promotion_id: int) -> Self:
        """Return those that the promotion made cheaper."""
        discounted = OrderDiscount.objects.filter(promotion_id=promotion_id).order_by()
        return self.filter(pk__in=discounted.values("order_id"))

    def needing_look(self) -> Self:
        """Return those that somebody should look at."""
        return self.exclude(needs_look="")

    def matching(self, text: str) -> Self:
        """Return those with this id, or with the text in the customer, the recipient or an item.

        Of the customer that is name and e-mail, of the recipient name and phone, of an item its sku.
        """
        text = text.strip().removeprefix("№").removeprefix("#")  # as orders are called
        if not (text := as_stored(text)):  # nothing of it can be seen: it is in no text
            return self.none()
        found = _of_users(_named(text))
        found |= _of_rows(_items_with_sku(text)) | _of_rows(OrderAddress.objects.of_recipient(text))
        if text.isascii() and text.isdigit() and len(text) < 19:
            found |= models.Q(pk=int(text))
        return self.filter(found)


def _of_users(named: models.Q) -> models.Q:
    """Return the condition of the orders of such customers."""
    few = list(User.objects.filter(named).values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return models.Q(user_id__in=few)
    # What so many have soon fills a page, order for order. One customer at a time: a join would make the
    # database read all of them first.
    customer = User.objects.filter(pk=models.OuterRef("user_id"))
    return models.Q(
        models.Subquery(customer.values_list(models.ExpressionWrapper(named, models.BooleanField())))
    )


def _of_rows(rows: models.QuerySet[Any]) -> models.Q:
    """Return the condition of the orders that have one of these rows."""
    few = list(rows.order_by().values_list("order_id", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return models.Q(pk__in=set(few))
    return models.Q(models.Exists(rows.filter(order=models.OuterRef("pk"))))


def _named(text: str) -> models.Q:
    """Return the condition of the customers with the text in their name or e-mail."""
    named = models.Q(username__icontains=text) | models.Q(email__icontains=text)
    # Whole ones in any spelling: a database may know the case of few alphabets.
    return named | models.Q(username_key=USERNAME.key(text)) | models.Q(email_key=EMAIL.key(text))


def _items_with_sku(text: str) -> models.QuerySet["OrderItem"]:
    """Return the items with the text in the sku.

    All skus of a shop begin alike, which costs an index of parts dearly: it is asked for the last word alone,
    and the rest is compared.
    """
    words = [word for word in re.findall(r"\w+", text) if len(word) >= TRIGRAM]
    place = functions.StrIndex(functions.Upper("sku"), functions.Upper(models.Value(text)))
    items = OrderItem.objects.filter(sku__icontains=words[-1] if words else text).order_by()
    return items.alias(place=place).filter(place__gt=0)
