"""Models of postal addresses: what an address consists of, and the address book of a customer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.store.models import COUNTRY_CODE

MAX_SAVED_ADDRESSES = 20  # of a customer


class Address(models.Model):
    """A postal address, as it was typed: trimmed and composed (NFC), nothing else. The phone is in E.164."""

    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    company = models.CharField(_("company"), max_length=200, blank=True, default="")
    tax_id = models.CharField(_("tax number"), max_length=20, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=16, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, validators=[COUNTRY_CODE])
    region = models.CharField(_("region"), max_length=100, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    district = models.CharField(_("district"), max_length=100, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    line1 = models.CharField(_("street, house, flat"), max_length=200, blank=True, default="")
    line2 = models.CharField(_("second line"), max_length=200, blank=True, default="")
    note = models.CharField(_("note for the courier"), max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.name, self.postal_code, self.city, self.line1)))


ADDRESS_FIELDS = tuple(field.name for field in Address._meta.fields)  # as an address stands in JSON


class SavedAddress(Address):
    """An address in a customer's address book; at most 20 each."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses", verbose_name=_("customer")
    )
    label = models.CharField(_("label"), max_length=50, blank=True, default="")
    is_default_shipping = models.BooleanField(_("default for delivery"), default=False)
    is_default_billing = models.BooleanField(_("default for the bill"), default=False)

    class Meta:
        verbose_name = _("saved address")
        verbose_name_plural = _("saved addresses")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default_shipping=True),
                name="delivery_savedaddress_one_default_shipping",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default_billing=True),
                name="delivery_savedaddress_one_default_billing",
            ),
        ]
