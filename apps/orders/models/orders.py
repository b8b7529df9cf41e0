"""Model of orders: statuses, money and delivery as they were when the order was placed."""

import re
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import functions
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.database.querysets import SignallingQuerySet
from apps.core.normalization import EMAIL, USERNAME, as_stored
from apps.jobs.models import Job, JobStatus
from apps.orders.models.columns import in_cents, money_column, tax_on_top, text_column, total_of_parts
from apps.orders.models.history import StatusChange
from apps.orders.models.items import OrderItem
from apps.orders.statuses import OrderStatus, PaymentStatus, ShipmentStatus
from apps.users.models import User

TRIGRAM = 3  # characters that an index of parts needs
FEW = 2_000  # customers, or items, that a search finds one by one
JOB_SUBJECT = "order:"  # and the order's number: what its jobs are found by


MONEY_COLUMNS = (
    "discount_total",
    "delivery_price",
    "delivery_discount",
    "delivery_tax",
    "tax_total",
    "cancelled_total",
    "returned_total",
    "allowance_total",
    "delivery_credited",
    "paid_total",
    "refunded_total",
    "stray_refunded_total",
)


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
    total_price = models.DecimalField(_("total"), max_digits=15, decimal_places=2)  # as placed, for ever
    # None: placed by the release that knew no discounts and no delivery; then it is `total_price`.
    items_total = models.DecimalField(_("goods"), max_digits=15, decimal_places=2, null=True)
    discount_total = money_column(_("discounts on goods"))
    delivery_price = money_column(_("delivery"))
    delivery_discount = money_column(_("discount on delivery"))
    tax_total = money_column(_("tax"))
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True, db_default=True)
    cancelled_total = money_column(_("cancelled"))
    returned_total = money_column(_("returned"))
    allowance_total = money_column(_("allowances"))
    delivery_credited = money_column(_("delivery given back"))
    paid_total = money_column(_("paid"))
    refunded_total = money_column(_("refunded"))
    stray_refunded_total = money_column(_("of it, paid by mistake"))
    open_payments = models.SmallIntegerField(_("open payments"), default=0, db_default=0)
    payment_status = models.CharField(
        _("payment status"),
        max_length=20,
        choices=PaymentStatus.choices,
        default=PaymentStatus.UNPAID,
        db_default=PaymentStatus.UNPAID.value,
    )
    shipment_status = models.CharField(
        _("shipment status"),
        max_length=20,
        choices=ShipmentStatus.choices,
        default=ShipmentStatus.NOT_SHIPPED,
        db_default=ShipmentStatus.NOT_SHIPPED.value,
    )
    payment_method = text_column(_("payment method"), 40)
    payment_method_name = text_column(_("name of the payment method"), 200)
    expires_at = models.DateTimeField(_("to be paid until"), null=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    delivery_method = text_column(_("delivery method"), 40)
    delivery_name = text_column(_("name of the delivery method"), 200)
    delivery_kind = text_column(_("kind of delivery"), 20)
    delivery_carrier = text_column(_("carrier"), 20)
    delivery_tax_rate = models.DecimalField(
        _("tax rate of delivery, %"), max_digits=5, decimal_places=2, null=True
    )
    delivery_tax = money_column(_("tax on delivery"))
    has_addresses = models.BooleanField(default=False, db_default=False)
    needs_look = text_column(_("needs a look"), 30)
    customer_note = text_column(_("customer's note"), 1000)
    gift_message = text_column(_("gift message"), 1000)
    staff_note = text_column(_("staff note"), 1000)
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
            models.CheckConstraint(
                condition=models.Q(items_total=None) | models.Q(total_price=in_cents(total_of_parts())),
                name="orders_order_total_is_sum_of_parts",
            ),
            models.CheckConstraint(
                condition=models.Q(**{f"{column}__gte": 0 for column in MONEY_COLUMNS}),
                name="orders_order_money_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    paid_total__gte=models.F("refunded_total"),
                    refunded_total__gte=models.F("stray_refunded_total"),
                ),
                name="orders_order_no_more_refunded_than_paid",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_price__gte=in_cents(
                        models.F("cancelled_total") + models.F("returned_total") + models.F("allowance_total")
                    )
                ),
                name="orders_order_no_more_credited_than_due",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    delivery_price__gte=models.F("delivery_discount"),
                    delivery_credited__lte=in_cents(
                        models.F("delivery_price")
                        - models.F("delivery_discount")
                        + tax_on_top("delivery_tax")
                    ),
                ),
                name="orders_order_delivery_within_price",
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
            models.Index(
                fields=["expires_at"],
                name="orders_order_to_expire",
                condition=models.Q(expires_at__isnull=False, status="pending"),
            ),
            models.Index(
                fields=["-created_at", "-id"],
                name="orders_order_needs_look",
                condition=~models.Q(needs_look=""),
            ),
            models.Index(
                fields=["delivery_method", "-created_at", "-id"],
                name="orders_order_by_delivery",
                condition=~models.Q(delivery_method=""),
            ),
            models.Index(
                fields=["payment_method", "-created_at", "-id"],
                name="orders_order_by_payment_method",
                condition=~models.Q(payment_method=""),
            ),
        ]

    def __str__(self) -> str:
        return _("Order #%(number)s") % {"number": self.pk}
