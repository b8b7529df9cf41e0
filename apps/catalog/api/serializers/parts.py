"""Serializers of what a product is shown with: pictures, its variants' group, attributes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.image_files import rendition_url
from apps.catalog.models import MAX_CODE_LENGTH, MAX_TEXT_LENGTH, MAX_VALUES, ProductImage
from apps.core.api.fields import CopiedField, StrictCharField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer


class ImageUrlOutput(serializers.Serializer[Any]):
    """A file of a picture."""

    width = serializers.IntegerField(help_text="Pixels")
    url = serializers.CharField()


def image_urls(image: ProductImage) -> list[dict[str, Any]]:
    """Return the addresses of the files of a ready picture, the smallest first."""
    return [{"width": width, "url": rendition_url(image.sha256 or "", width)} for width in image.widths]


@shown_as(examples.IMAGE)
class ProductImageOutput(OutputSerializer[ProductImage]):
    """A picture of a product."""

    alt = serializers.CharField(read_only=True, help_text="Alternative text")
    width = serializers.IntegerField(read_only=True, help_text="Pixels")
    height = serializers.IntegerField(read_only=True, help_text="Pixels")
    urls = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields = ("id", "alt", "width", "height", "urls")

    @extend_schema_field(ImageUrlOutput(many=True))
    def get_urls(self, image: ProductImage) -> list[dict[str, Any]]:
        """Return the addresses of its files, the smallest first; they never change."""
        return image_urls(image)


class OptionValueOutput(serializers.Serializer[Any]):
    """What a variant is of an option."""

    code = serializers.CharField()
    value = serializers.CharField()


class ProductGroupRefOutput(serializers.Serializer[Any]):
    """The group of variants that a product belongs to, and what sets it apart there."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    options = OptionValueOutput(many=True)


class ValuesField(CopiedField, serializers.ListField):
    """Values of an attribute as texts."""

    child = StrictCharField(max_length=MAX_TEXT_LENGTH)


class ProductAttributeInput(InputSerializer):
    """An attribute of a product with its values."""

    code = StrictCharField(max_length=MAX_CODE_LENGTH)
    values = ValuesField(
        max_length=MAX_VALUES,
        help_text="`value`s of a choice; else at most one: a number, true or false, or a text. Empty: none",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return both members. Raises ValidationError where one is missing, in a PATCH too."""
        values = super().to_internal_value(data)
        if missing := self.fields.keys() - values.keys():
            text = str(self.fields["code"].error_messages["required"])
            fault = serializers.ErrorDetail(text, code="required")
            raise serializers.ValidationError({name: [fault] for name in sorted(missing)})
        return values


class GroupOptionOutput(serializers.Serializer[Any]):
    """An option with the values that products on sale have of it, in order."""

    code = serializers.CharField()
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class ProductAttributeOutput(serializers.Serializer[Any]):
    """An attribute of a product with its values."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
