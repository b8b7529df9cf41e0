"""Filters of the pick-up points."""

import re
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import set_override

from apps.core.api.fields import PLAIN_NUMBER
from apps.core.api.filters import AnyOfFilter, PlainNumberField
from apps.core.normalization import clean_name
from apps.delivery.models import PickupPointKind, PickupPointQuerySet, Spot

RADIUS_KM, MAX_RADIUS_KM = 5, 500
MAX_NEAR = 100  # points
MAX_WEIGHT_G = 2**31 - 1
_LATITUDE = r"-?(90|[1-8]?[0-9](\.[0-9]{1,20})?)"
_LONGITUDE = r"-?(180|(1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]{1,20})?)"
_SPOT = f"{_LATITUDE},{_LONGITUDE}"
_RADIUS = r"(500|([1-4][0-9]{2}|[1-9]?[0-9])(\.[0-9]{1,3})?)"  # up to MAX_RADIUS_KM


class _SpotField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> Spot | None:
        text = super().clean(value)
        if not text:
            return None
        if not re.fullmatch(_SPOT, text):
            raise forms.ValidationError(
                _("Must be a latitude and a longitude in degrees, such as 55.75,37.61."), code="invalid"
            )
        lat, lon = map(float, text.split(","))
        return Spot(lat, lon)


class NearFilter(django_filters.Filter):
    """A spot on the globe."""

    field_class = _SpotField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = {"type": "string", "pattern": f"^{_SPOT}$"}
        set_override(self, "field", {**text, "description": kwargs["help_text"]})


class _KilometresField(PlainNumberField, forms.DecimalField):
    pattern = PLAIN_NUMBER


class RadiusFilter(django_filters.NumberFilter):
    """A distance in kilometres."""

    field_class = _KilometresField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, min_value=0, max_value=MAX_RADIUS_KM, max_digits=6, decimal_places=3, **kwargs
        )
        number = {"type": "string", "format": "decimal", "pattern": f"^{_RADIUS}$", "default": str(RADIUS_KM)}
        set_override(self, "field", {**number, "description": kwargs["help_text"]})

    def get_max_validator(self) -> None:
        """Leave the upper bound to the field."""


class WeightFilter(django_filters.NumberFilter):
    """A weight in grams."""

    field_class = PlainNumberField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=MAX_WEIGHT_G, **kwargs)
        number = {"type": "integer", "minimum": 0, "maximum": MAX_WEIGHT_G}
        set_override(self, "field", {**number, "description": kwargs["help_text"]})

    def get_max_validator(self) -> None:
        """Leave the upper bound to the field."""


class PickupPointFilter(django_filters.FilterSet):
    """Filters of the pick-up points."""

    provider = django_filters.CharFilter(help_text="Code of the provider, as in the delivery method")
    kind = AnyOfFilter(choices=PickupPointKind.choices, help_text="Kinds of points; any of several")
    city = django_filters.CharFilter(method="in_city", help_text="City, as it stands in the points")
    near = NearFilter(
        method="skip",
        help_text="Latitude and longitude in degrees, such as `55.75,37.61`; the nearest points come first, "
        f"at most {MAX_NEAR}",
    )
    radius_km = RadiusFilter(
        method="skip", help_text=f"With `near`: how far away a point may be, at most {MAX_RADIUS_KM}"
    )
    weight_g = WeightFilter(method="taking", help_text="Points that take a parcel of this weight")

    def in_city(self, queryset: PickupPointQuerySet, name: str, value: str) -> PickupPointQuerySet:
        """Return the points in the city."""
        return queryset.filter(city=clean_name(value))

    def taking(self, queryset: PickupPointQuerySet, name: str, value: Decimal) -> PickupPointQuerySet:
        """Return the points that take the weight."""
        return queryset.taking(int(value))

    def skip(self, queryset: PickupPointQuerySet, name: str, value: Any) -> PickupPointQuerySet:
        """Return all: `near` and `radius_km` are one condition, which comes last."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> Any:
        """Return the points that all filters let through, the nearest of them with `near`."""
        found = super().filter_queryset(queryset)
        spot, radius_km = self.form.cleaned_data["near"], self.form.cleaned_data["radius_km"]
        if spot is None:
            return found
        return found.within(float(RADIUS_KM if radius_km is None else radius_km), of=spot)[:MAX_NEAR]
