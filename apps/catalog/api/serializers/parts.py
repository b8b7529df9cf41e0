"""Serializers of what a product is shown with: pictures, its variants' group, attributes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.image_files import rendition_url
from apps.catalog.models import ProductImage
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import OutputSerializer


class ImageUrlOutput(serializers.Serializer[Any]):
    """A file of a picture."""

    width = serializers.IntegerField(help_text="Pixels")
    url = serializers.CharField()


@shown_as(examples.IMAGE)
class ProductImageOutput(OutputSerializer[ProductImage]):
    """A picture of a product."""

    alt = serializers.CharField(read_only=True, help_text="Alternative text")
    width = serializers.IntegerField(read_only=True, help_text="Pixels, as uploaded")
    height = serializers.IntegerField(read_only=True, help_text="Pixels, as uploaded")
    urls = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields = ("id", "alt", "width", "height", "urls")

    @extend_schema_field(ImageUrlOutput(many=True))
    def get_urls(self, image: ProductImage) -> list[dict[str, Any]]:
        """Return the addresses of its files, the smallest first; they never change."""
        return [{"width": width, "url": rendition_url(image.sha256 or "", width)} for width in image.widths]


class OptionValueOutput(serializers.Serializer[Any]):
    """What a variant is of an option."""

    code = serializers.CharField()
    value = serializers.CharField()


class ProductGroupRefOutput(serializers.Serializer[Any]):
    """The group of variants that a product belongs to, and what sets it apart there."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    options = OptionValueOutput(many=True)


class ProductAttributeOutput(serializers.Serializer[Any]):
    """An attribute of a product with its values."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
