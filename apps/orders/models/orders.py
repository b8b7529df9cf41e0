"""Model of orders: statuses, money and delivery as they were when the order was placed."""

from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.money import ZERO
from apps.orders.models.addresses import OrderAddress
from apps.orders.models.columns import in_cents, money_column, tax_on_top, text_column, total_of_parts
from apps.orders.models.discounts import OrderDiscount
from apps.orders.models.history import StatusChange
from apps.orders.models.items import OrderItem
from apps.orders.models.order_queries import OrderQuerySet
from apps.orders.statuses import OrderStatus, PaymentStatus, ShipmentStatus

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

    fetched_items: list[OrderItem]  # of an order that was fetched `with_items`
    fetched_status_changes: list[StatusChange]
    items_count: int  # of an order that was fetched `with_items_count`
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
            models.Index(
                fields=["payment_status", "-created_at", "-id"], name="orders_order_by_payment_status"
            ),
            models.Index(
                fields=["shipment_status", "-created_at", "-id"],
                name="orders_order_by_shipment",
                condition=~models.Q(shipment_status="not_shipped"),
            ),
        ]

    def __str__(self) -> str:
        return _("Order #%(number)s") % {"number": self.pk}

    @property
    def customer_name(self) -> str:
        """Return the username of the customer."""
        return self.user.username

    @property
    def customer_email(self) -> str:
        """Return where mail to the customer goes; empty for one without an address."""
        return self.user.email

    @property
    def customer_full_name(self) -> str:
        """Return the first and last name of the customer; empty for one who has told neither."""
        return self.user.get_full_name()

    @property
    def has_confirmed_email(self) -> bool:
        """Tell whether the customer has shown to read the mail of the address."""
        return self.user.has_confirmed(self.user.email)

    @property
    def is_of_erased_customer(self) -> bool:
        """Tell whether the customer's personal data was erased."""
        return self.user.erased_at is not None

    @property
    def holds_personal_data(self) -> bool:
        """Tell whether it says who it is for, beside whose it is."""
        return self.has_addresses or bool(self.customer_note or self.gift_message)

    @property
    def goods_total(self) -> Decimal:
        """Return the price of the goods, before discounts."""
        return self.total_price if self.items_total is None else self.items_total

    @property
    def amount_due(self) -> Decimal:
        """Return what the order costs after all that was cancelled and given back."""
        if self.status == OrderStatus.CANCELLED:
            return ZERO
        return self.total_price - self.cancelled_total - self.returned_total - self.allowance_total

    @property
    def balance(self) -> Decimal:
        """Return what the customer owes; below zero, what the store owes."""
        return self.amount_due - (self.paid_total - self.refunded_total)

    @property
    def shown_shipment_status(self) -> str:
        """Return where the parcels are; of an order without any, what its status says."""
        is_sent = self.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
        without_parcels = self.shipment_status == ShipmentStatus.NOT_SHIPPED
        return self.status if is_sent and without_parcels else self.shipment_status

    @property
    def has_discounts(self) -> bool:
        """Tell whether promotions apply to it."""
        return self.discount_total > 0 or self.delivery_discount > 0

    @cached_property
    def fetched_addresses(self) -> list[OrderAddress]:
        """Return its addresses, by a query where it has any."""
        return list(self.addresses.all()) if self.has_addresses else []

    @cached_property
    def fetched_discounts(self) -> list[OrderDiscount]:
        """Return its discounts, by a query where it has any."""
        return list(self.discounts.all()) if self.has_discounts else []
