"""Serializers of facets."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.facets import Facets
from apps.core.api.openapi.schema import shown_as


class FacetValueOutput(serializers.Serializer[Any]):
    """A value of an attribute, with what choosing it would leave."""

    value = serializers.CharField(help_text="As filters take it")
    label = serializers.CharField()  # type: ignore[assignment]  # fields have one of their own
    count = serializers.IntegerField(allow_null=True, help_text="Number of products; null: not counted")
    selected = serializers.BooleanField()


class FacetOutput(serializers.Serializer[Any]):
    """An attribute with its values. The counts ignore what is chosen of it."""

    code = serializers.CharField(source="attribute.code")
    name = serializers.CharField(source="attribute.name")
    values = FacetValueOutput(many=True)


class PriceRangeOutput(serializers.Serializer[Any]):
    """The lowest and the highest price, whatever prices are filtered by; null: none, or not looked for."""

    min = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True, source="least_price")
    max = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True, source="greatest_price")


@shown_as(examples.FACETS)
class FacetsOutput(serializers.Serializer[Any]):
    """The facets of a list of products."""

    facets = FacetOutput(many=True)
    price = PriceRangeOutput(source="*")
    currency = serializers.SerializerMethodField()
    counts_exact = serializers.BooleanField(
        help_text="false: of some facets more than 10,000 products would have had to be counted"
    )

    @extend_schema_field(serializers.CharField(help_text="ISO 4217 code"))
    def get_currency(self, facets: Facets) -> str:
        """Return the currency of the store's prices."""
        return settings.STORE_CURRENCY
