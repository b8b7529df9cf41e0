"""Model of the addresses of an order: where it goes, and whom it is billed to."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.search import FoldedQuerySet, FoldedTextField
from apps.core.database.derived_columns import DerivingModel
from apps.delivery.models import Address
from apps.delivery.phones import digits_of_phone


class AddressKind(models.TextChoices):
    """What the address is for."""

    SHIPPING = "shipping", _("delivery")
    BILLING = "billing", _("bill")


class OrderAddressQuerySet(FoldedQuerySet["OrderAddress"]):
    """Questions about the addresses of orders."""

    def of_recipient(self, text: str) -> Self:
        """Return those with every word of the text in the name or company, or with it in the phone.

        A phone is found in whatever form it is typed; too few digits of one find nothing.
        """
        digits = digits_of_phone(text)
        if digits is None:
            return self.matching(text)
        return self.filter(search_text__contains=digits) if digits else self.none()


class OrderAddress(Address, DerivingModel):
    """An address of an order, as it was when that was placed. Only an erasure ever changes it."""

    order = models.ForeignKey("Order", models.CASCADE, related_name="addresses", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices)
    pickup_point = models.JSONField(_("pick-up point"), null=True)  # as it was
    search_text = FoldedTextField(sources=("name", "company", "phone"), db_default="")

    objects = OrderAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address of an order")
        verbose_name_plural = _("addresses of orders")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], name="orders_orderaddress_one_per_kind"),
        ]
