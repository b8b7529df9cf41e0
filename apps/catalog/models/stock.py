"""Models of the stock ledger and the price history: append-only rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.products import Product
from apps.core.database.append_only import AppendOnlyModel, AppendOnlyQuerySet


class MovementKind(models.TextChoices):
    """Why stock changed."""

    RECEIVED = "received", _("received")
    SOLD = "sold", _("sold")
    RETURNED = "returned", _("returned")
    ADJUSTED = "adjusted", _("adjusted")


ORDER_MOVEMENTS = (MovementKind.SOLD.value, MovementKind.RETURNED.value)
REASONED = (MovementKind.RECEIVED, MovementKind.ADJUSTED)  # what staff move, and may give a reason for


class StockMovement(AppendOnlyModel):
    """A change of a product's stock: how much, why, by whom, for which order, and what it left.

    Together they are the ledger of stock: the sum of a product's changes is its stock, always.
    """

    product = models.ForeignKey(
        Product,
        models.PROTECT,
        related_name="stock_movements",
        db_index=False,  # `catalog_stockmovement_latest` begins with it
        verbose_name=_("product"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MovementKind.choices)
    delta = models.IntegerField(_("change"))
    stock = models.PositiveIntegerField(_("stock after it"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    # A plain number: the catalogue knows nothing of orders.
    order_id = models.BigIntegerField(_("order"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppendOnlyQuerySet["StockMovement"].as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = False
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MovementKind.values), name="catalog_stockmovement_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(order_id=None) ^ models.Q(kind__in=ORDER_MOVEMENTS),
                name="catalog_stockmovement_order_of_sale",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-id"], name="catalog_stockmovement_latest"),
            models.Index(fields=["created_at", "id"], name="catalog_stockmovement_by_age"),
            models.Index(
                fields=["order_id"],
                name="catalog_stockmovement_of_order",
                condition=models.Q(order_id__isnull=False),
            ),
            # Without the sales, which are most of the rows: a list of sales finds them anywhere.
            models.Index(
                fields=["kind", "created_at", "id"],
                name="catalog_stockmovement_by_kind",
                condition=~models.Q(kind=MovementKind.SOLD.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d}: {self.get_kind_display()}"


class PriceChange(AppendOnlyModel):
    """A change of a product's price: what a customer who saw the old one is told."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="price_changes", verbose_name=_("product")
    )
    old_price = models.DecimalField(_("old price"), max_digits=10, decimal_places=2)
    new_price = models.DecimalField(_("new price"), max_digits=10, decimal_places=2)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppendOnlyQuerySet["PriceChange"].as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = False
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["product", "-id"], name="catalog_pricechange_latest")]

    def __str__(self) -> str:
        return f"{self.old_price} → {self.new_price}"
