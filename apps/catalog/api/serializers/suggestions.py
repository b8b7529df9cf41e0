"""Serializers of suggestions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.api.serializers.parts import ProductImageOutput
from apps.catalog.models import Category, Product
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import OutputSerializer

_IMAGE = ProductImageOutput()


class SuggestedProductOutput(OutputSerializer[Product]):
    """A suggested product in brief."""

    name = serializers.CharField(read_only=True, max_length=255, source="shown_name")
    image = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = ("id", "name", "slug", "price", "image")

    @extend_schema_field(ProductImageOutput(allow_null=True))
    def get_image(self, product: Product) -> dict[str, Any] | None:
        """Return the first picture of the product."""
        return next((_IMAGE.to_representation(image) for image in product.ready_images), None)


class SuggestedCategoryOutput(OutputSerializer[Category]):
    """A suggested category in brief."""

    name = serializers.CharField(read_only=True, max_length=200, source="shown_name")

    class Meta:
        model = Category
        fields = ("id", "name", "slug")


@shown_as(examples.SUGGESTIONS)
class SuggestionsOutput(serializers.Serializer[Any]):
    """What is suggested while a customer types."""

    products = SuggestedProductOutput(many=True)
    categories = SuggestedCategoryOutput(many=True)
    currency = serializers.CharField(help_text="ISO 4217 code")
