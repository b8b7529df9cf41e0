"""Serializers of groups of variants."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.api.serializers.parts import GroupOptionOutput, OptionValueOutput, ProductImageOutput
from apps.catalog.models import Product, ProductGroup
from apps.catalog.shown_groups import shown_options
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import OutputSerializer

_IMAGE = ProductImageOutput()


class VariantOutput(OutputSerializer[Product]):
    """A product of a group of variants in brief."""

    options = serializers.SerializerMethodField()
    in_stock = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = ("id", "options", "price", "in_stock", "image")

    @extend_schema_field(OptionValueOutput(many=True))
    def get_options(self, product: Product) -> list[dict[str, Any]]:
        """Return what sets the product apart in its group."""
        return [{"code": row.option.code, "value": row.value} for row in product.options.all()]

    def get_in_stock(self, product: Product) -> bool:
        """Tell whether there is any piece of it."""
        return product.stock > 0

    @extend_schema_field(ProductImageOutput(allow_null=True))
    def get_image(self, product: Product) -> dict[str, Any] | None:
        """Return the first picture of the product."""
        return next((_IMAGE.to_representation(image) for image in product.ready_images), None)


@shown_as(examples.GROUP)
class ProductGroupOutput(OutputSerializer[ProductGroup]):
    """A group of variants with those of its products that are on sale, which the view has read."""

    options = serializers.SerializerMethodField()
    products = VariantOutput(many=True, source="variants")

    class Meta:
        model = ProductGroup
        fields = ("id", "name", "slug", "description", "options", "products")

    @extend_schema_field(GroupOptionOutput(many=True))
    def get_options(self, group: ProductGroup) -> list[dict[str, Any]]:
        """Return what the products differ by."""
        return shown_options(group.variants)
