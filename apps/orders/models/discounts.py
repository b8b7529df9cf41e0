"""Model of the discounts of an order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DiscountKind(models.TextChoices):
    """What made the discount apply."""

    COUPON = "coupon", _("code")
    AUTOMATIC = "automatic", _("automatic")


class DiscountTarget(models.TextChoices):
    """What it was taken off."""

    ITEMS = "items", _("goods")
    DELIVERY = "delivery", _("delivery")


class OrderDiscount(models.Model):
    """A promotion that an order was placed with: its worth, and the share of each product. Never edited."""

    order = models.ForeignKey("Order", models.CASCADE, related_name="discounts")
    promotion_id = models.BigIntegerField()  # a plain number: what became of the promotion is no matter
    kind = models.CharField(_("kind"), max_length=10, choices=DiscountKind.choices)
    code = models.CharField(_("code"), max_length=40, blank=True, default="")
    name = models.CharField(_("name"), max_length=200)
    target = models.CharField(_("taken off"), max_length=10, choices=DiscountTarget.choices)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    allocation = models.JSONField(default=dict)  # {"product id": "12.34"}, of discounts on goods

    class Meta:
        verbose_name = _("discount of an order")
        verbose_name_plural = _("discounts of orders")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="orders_orderdiscount_amount_positive"
            ),
        ]
        indexes = [
            models.Index(
                fields=["code", "order"], name="orders_orderdiscount_by_code", condition=~models.Q(code="")
            ),
            models.Index(fields=["promotion_id", "order"], name="orders_orderdiscount_by_promo"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"
