"""Model of the addresses of an order: where it goes, and whom it is billed to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.delivery.models import Address


class AddressKind(models.TextChoices):
    """What the address is for."""

    SHIPPING = "shipping", _("delivery")
    BILLING = "billing", _("bill")


class OrderAddress(Address):
    """An address of an order, as it was when that was placed. Only an erasure ever changes it."""

    order = models.ForeignKey("Order", models.CASCADE, related_name="addresses", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices)
    pickup_point = models.JSONField(_("pick-up point"), null=True)  # as it was

    class Meta:
        verbose_name = _("address of an order")
        verbose_name_plural = _("addresses of orders")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], name="orders_orderaddress_one_per_kind"),
        ]
