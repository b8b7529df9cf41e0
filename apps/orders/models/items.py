"""Model of the items of an order."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.orders.models.columns import in_cents, money_column


class OrderItem(models.Model):
    """An item of an order, with the product's name, sku and price as they were."""

    order = models.ForeignKey("Order", models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    product_name = models.CharField(_("name"), max_length=255)
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = models.PositiveIntegerField(_("quantity"))
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    discount = money_column(_("discount"))
    # None is "without VAT", 0 is the rate of 0 %: two facts.
    tax_rate = models.DecimalField(_("tax rate, %"), max_digits=5, decimal_places=2, null=True)
    tax_amount = money_column(_("tax"))
    tax_class = models.CharField(_("tax class"), max_length=20, default="", db_default="")
    weight_g = models.IntegerField(_("weight of a piece, g"), null=True)
    cancelled_quantity = models.IntegerField(_("cancelled"), default=0, db_default=0)
    shipped_quantity = models.IntegerField(_("shipped"), default=0, db_default=0)
    returned_quantity = models.IntegerField(_("returned"), default=0, db_default=0)
    restocked_quantity = models.IntegerField(_("put back into stock"), default=0, db_default=0)

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
            models.CheckConstraint(
                condition=models.Q(
                    discount__gte=0,
                    discount__lte=in_cents(models.F("quantity") * models.F("price")),
                    tax_amount__gte=0,
                ),
                name="orders_orderitem_discount_within_price",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cancelled_quantity__gte=0,
                    shipped_quantity__gte=0,
                    quantity__gte=models.F("cancelled_quantity") + models.F("shipped_quantity"),
                ),
                name="orders_orderitem_no_more_than_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    restocked_quantity__gte=0,
                    returned_quantity__gte=models.F("restocked_quantity"),
                    shipped_quantity__gte=models.F("returned_quantity"),
                ),
                name="orders_orderitem_no_more_back_than_shipped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_name}"

    @property
    def total(self) -> Decimal:
        """Return the price of all pieces, before discounts."""
        return self.quantity * self.price

    @property
    def amount(self) -> Decimal:
        """Return the price of all pieces after discounts."""
        return self.total - self.discount
