"""The calculator on the page of a delivery method: what it costs, and what made the price."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.core.admin.fields import AmountField
from apps.core.admin.pages import PagedAdmin
from apps.core.money import ZERO
from apps.core.normalization import CODE
from apps.delivery.admin.places import PlaceForm, zone_name
from apps.delivery.configuration import DELIVERY
from apps.delivery.models import DeliveryKind, DeliveryMethod, PickupPoint, PickupPointKind
from apps.delivery.pricing import (
    ABOVE_MAXIMUM,
    ADDRESS_REQUIRED,
    BELOW_MINIMUM,
    DELIVERY_TOO_HEAVY,
    DELIVERY_UNAVAILABLE,
    Destinations,
    Parcel,
    option_of,
    weigh,
)
from apps.store.configuration_cache import current_configuration

MAX_LINES = 100
REASONS = {
    ABOVE_MAXIMUM: _("The total is above the maximum."),
    ADDRESS_REQUIRED: _("The price depends on the pick-up point: enter its code."),
    BELOW_MINIMUM: _("The total is below the minimum."),
    DELIVERY_TOO_HEAVY: _("The order is too heavy for the method or the pick-up point."),
}
NO_ZONE = _("The method has no rate for any zone of this place.")
NO_STEP = _("The zone has no rate for such a small total and weight; wider zones do not count.")
AT_POINTS = (DeliveryKind.PICKUP_POINT, DeliveryKind.PICKUP)
_line = re.compile(r"(?P<sku>.+?)\s+(?:[×xXхХ*]\s*)?(?P<quantity>[0-9]{1,5})")


class CalculatorForm(PlaceForm):
    """What is delivered, as products or as a total and a weight, and where to."""

    basket = forms.CharField(
        label=_("Basket"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A line for each product: its SKU and the quantity, such as TEA-1 × 2."),
    )
    total = AmountField(
        label=_("or the total"), required=False, min_value=0, max_digits=15, decimal_places=2, localize=True
    )
    weight_g = forms.IntegerField(
        label=_("and the weight, g"), required=False, min_value=0, max_value=1_000_000_000
    )
    discount = AmountField(
        label=_("Discount on the goods"),
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=2,
        localize=True,
    )
    point = forms.CharField(label=_("Code of the pick-up point"), required=False, max_length=40)

    field_order = ("basket", "total", "weight_g", "discount", "country", "region", "postal_code", "point")

    def __init__(self, *args: Any, method: DeliveryMethod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method = method
        unused = ("country", "region", "postal_code") if method.kind in AT_POINTS else ("point",)
        for name in unused:
            del self.fields[name]

    def clean_point(self) -> PickupPoint | None:
        """Return the point with the code: of the method's carrier, or an own shop."""
        code = self.cleaned_data["point"]
        if not code:
            return None
        is_shop = self.method.kind == DeliveryKind.PICKUP
        whose = {"kind": PickupPointKind.SHOP} if is_shop else {"provider": self.method.carrier}
        point = PickupPoint.objects.filter(code=code, is_active=True, **whose).first()
        if point is None:
            raise ValidationError(_("There is no such pick-up point for this delivery method."))
        return point

    def clean_basket(self) -> list[tuple[Product, int]]:
        """Return the products with their quantities. Raises ValidationError for unknown SKUs."""
        quantities: Counter[str] = Counter()
        typed: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["basket"].splitlines())):
            match = _line.fullmatch(line)
            sku, quantity = (match["sku"], int(match["quantity"])) if match else (line, 1)
            quantities[CODE.key(sku)] += quantity
            typed[CODE.key(sku)] = sku
        if len(quantities) > MAX_LINES:
            raise ValidationError(_("At most %(number)s products.") % {"number": MAX_LINES})
        products = {product.sku_key: product for product in Product.objects.with_skus(typed.values())}
        if missing := [sku for key, sku in typed.items() if key not in products]:
            raise ValidationError(_("No such product: %(skus)s.") % {"skus": ", ".join(missing)})
        return [(products[key], quantity) for key, quantity in quantities.items()]

    def clean(self) -> dict[str, Any]:
        """Refuse a parcel of nothing, and a discount of more than it costs."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if not cleaned["basket"] and cleaned["total"] is None:
            self.add_error("basket", _("Enter a basket, or a total."))
        elif (cleaned["discount"] or 0) > self.parcel().items_total:
            self.add_error("discount", _("The discount is above the total."))
        return cleaned

    def parcel(self) -> Parcel:
        """Return what a valid form says is delivered."""
        values = self.cleaned_data
        if basket := values["basket"]:
            total = sum((product.price * quantity for product, quantity in basket), ZERO)
            weight_g, estimated = weigh((product.weight_g, quantity) for product, quantity in basket)
        else:
            total, weight_g, estimated = values["total"], values["weight_g"] or 0, False
        return Parcel(total, total - (values["discount"] or Decimal(0)), weight_g, estimated)

    def destinations(self) -> Destinations:
        """Return where it goes to."""
        if self.method.kind in AT_POINTS:
            return Destinations(point=self.cleaned_data["point"])
        place = self.place()
        return Destinations(address=place, billing=place)


def calculator_context(model_admin: PagedAdmin, request: HttpRequest, row: DeliveryMethod) -> dict[str, Any]:
    """Return the calculator, and what it found out."""
    is_asked = request.method == "GET" and "calculate" in request.GET
    form = CalculatorForm(request.GET if is_asked else None, method=row, auto_id="id_calculator_%s")
    result = _calculated(form, row) if is_asked and form.is_valid() else None
    return {"calculator": form, "result": result}


def _calculated(form: CalculatorForm, row: DeliveryMethod) -> dict[str, Any]:
    delivery = current_configuration()[DELIVERY]
    method = next(each for each in delivery.methods if each.id == row.pk)
    parcel = form.parcel()
    option = option_of(method, delivery, parcel, form.destinations())
    reason: Any = option.reason and REASONS.get(option.reason)
    if option.reason == DELIVERY_UNAVAILABLE:
        reason = NO_STEP if option.is_reached else NO_ZONE
    return {
        "option": option,
        "parcel": parcel,
        "reason": reason,
        "zone": zone_name(delivery.zones, option.zone_id) if option.is_reached else None,
    }
