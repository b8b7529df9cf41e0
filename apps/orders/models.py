"""Models of orders: items at their prices, status changes, invoices."""

import re
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import functions
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.models import Product
from apps.core.database.querysets import SignallingQuerySet
from apps.core.normalization import EMAIL, USERNAME, as_stored
from apps.jobs.models import Job, JobStatus
from apps.orders.statuses import OrderStatus
from apps.users.models import User

TRIGRAM = 3  # characters that an index of parts needs
FEW = 2_000  # customers, or items, that a search finds one by one
JOB_SUBJECT = "order:"  # and the order's number: what its jobs are found by


class OrderQuerySet(SignallingQuerySet["Order"]):
    """Questions about orders."""

    def of(self, user: User) -> Self:
        """Return the user's own orders."""
        return self.filter(user=user)

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
        """Return the orders one of whose jobs has failed."""
        number = functions.Substr("subject", len(JOB_SUBJECT) + 1)
        failed = Job.objects.filter(status=JobStatus.FAILED, subject__startswith=JOB_SUBJECT).order_by()
        return self.filter(pk__in=failed.values(order_id=functions.Cast(number, models.BigIntegerField())))

    def noting_failed_jobs(self) -> Self:
        """Tell of each order whether one of its jobs `has_failed`."""
        number = functions.Cast(models.OuterRef("pk"), models.CharField())
        subject = functions.Concat(models.Value(JOB_SUBJECT), number)
        failed = Job.objects.filter(status=JobStatus.FAILED, subject=subject)
        return self.annotate(has_failed=models.Exists(failed))

    def matching(self, text: str) -> Self:
        """Return those with this id, or with the text in the customer's name or e-mail or an item's sku."""
        text = text.strip().removeprefix("№").removeprefix("#")  # as orders are called
        if not (text := as_stored(text)):  # nothing of it can be seen: it is in no text
            return self.none()
        named = models.Q(username__icontains=text) | models.Q(email__icontains=text)
        # Whole ones in any spelling: a database may know the case of few alphabets.
        named |= models.Q(username_key=USERNAME.key(text)) | models.Q(email_key=EMAIL.key(text))
        items = _items_with_sku(text)
        few_users = list(User.objects.filter(named).values_list("pk", flat=True)[: FEW + 1])
        few_orders = list(items.values_list("order_id", flat=True)[: FEW + 1])
        if len(few_users) <= FEW and len(few_orders) <= FEW:
            found = models.Q(user_id__in=few_users) | models.Q(pk__in=few_orders)
        else:  # what so many have soon fills a page, order for order
            # One customer at a time: a join would make the database read all of them first.
            customer = User.objects.filter(pk=models.OuterRef("user_id"))
            is_named = models.ExpressionWrapper(named, models.BooleanField())
            found = models.Q(models.Subquery(customer.values_list(is_named)))
            found |= models.Q(models.Exists(items.filter(order=models.OuterRef("pk"))))
        if text.isascii() and text.isdigit() and len(text) < 19:
            found |= models.Q(pk=int(text))
        return self.filter(found)


def _items_with_sku(text: str) -> models.QuerySet["OrderItem"]:
    """Return the items with the text in the sku.

    All skus of a shop begin alike, which costs an index of parts dearly: it is asked for the last word alone,
    and the rest is compared.
    """
    words = [word for word in re.findall(r"\w+", text) if len(word) >= TRIGRAM]
    place = functions.StrIndex(functions.Upper("sku"), functions.Upper(models.Value(text)))
    items = OrderItem.objects.filter(sku__icontains=words[-1] if words else text).order_by()
    return items.alias(place=place).filter(place__gt=0)


@audited(keeps_name=False, is_shown_with_row=True)
class Order(models.Model):
    """An order. Only the services write it: the admin shows it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", verbose_name=_("customer")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus.choices, default=OrderStatus.PENDING
    )
    total_price = models.DecimalField(_("total"), max_digits=15, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=10)
    tracking_number = models.CharField(_("tracking number"), max_length=64, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = OrderQuerySet.as_manager()

    fetched_items: "list[OrderItem]"  # of an order that was fetched `with_items`
    fetched_status_changes: "list[StatusChange]"
    has_failed: bool  # a job of it, of an order that was fetched `noting_failed_jobs`

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=OrderStatus.values), name="orders_order_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(total_price__gte=0), name="orders_order_total_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="orders_order_of_user"),
            models.Index(fields=["status", "-created_at", "-id"], name="orders_order_by_status"),
            models.Index(fields=["-created_at", "-id"], name="orders_order_by_age"),
            models.Index(fields=["updated_at", "id"], name="orders_order_by_change"),
            models.Index(fields=["total_price", "id"], name="orders_order_by_total"),
            # The order is that of `ordering=status` and `ordering=-status`, whose ids rise either way.
            models.Index(fields=["status", "id"], name="orders_order_status_rising"),
            models.Index(fields=["-status", "id"], name="orders_order_status_falling"),
            # Holds all that the sales of a day are counted from, so that no order is read for it.
            models.Index(
                fields=["created_at", "status", "currency", "total_price"], name="orders_order_by_day"
            ),
        ]

    def __str__(self) -> str:
        return _("Order #%(number)s") % {"number": self.pk}


class OrderItem(models.Model):
    """An item of an order, with the product's name, sku and price as they were."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    product_name = models.CharField(_("name"), max_length=255)
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = models.PositiveIntegerField(_("quantity"))
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="orders_orderitem_one_per_product"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="orders_orderitem_quantity_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="orders_orderitem_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_name}"

    @property
    def total(self) -> Decimal:
        """Return the price of all pieces."""
        return self.quantity * self.price


class StatusChange(models.Model):
    """A status change of an order; the first one is its creation, from nothing."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="status_changes")
    from_status = models.CharField(
        _("from"), max_length=20, choices=OrderStatus.choices, null=True, blank=True
    )
    to_status = models.CharField(_("to"), max_length=20, choices=OrderStatus.choices)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    comment = models.CharField(_("comment"), max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("history")
        ordering = ("pk",)
        indexes = [
            # Few have one. An erasure looks through all of them.
            models.Index(
                fields=["id"], name="orders_statuschange_commented", condition=~models.Q(comment="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_status_display() or '—'} → {self.get_to_status_display()}"


class Invoice(models.Model):
    """The PDF of an order, in the database: every web process can serve it, and a backup holds it."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="invoice")
    pdf = models.BinaryField()
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")

    def __str__(self) -> str:
        return _("Invoice #%(number)s") % {"number": self.order_id}
