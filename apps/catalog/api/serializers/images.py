"""Serializers of pictures as staff work with them."""

from decimal import Decimal
from typing import Any

from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.api.serializers.parts import ImageUrlOutput, image_urls
from apps.catalog.models import MAX_IMAGES, ImageStatus, ProductImage
from apps.core.api.fields import CopiedField, IdListField, StrictCharField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer

MAX_ALT_LENGTH = 200


class PartField(CopiedField, serializers.FloatField):
    """A part of a length, from 0 to 1, as a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        """Return the number. Raises ValidationError (`invalid`) for any other type."""
        if isinstance(data, bool) or not isinstance(data, int | float | Decimal):
            self.fail("invalid")
        return super().to_internal_value(data)


def _alt() -> StrictCharField:
    return StrictCharField(
        max_length=MAX_ALT_LENGTH, allow_blank=True, required=False, help_text="Alternative text"
    )


def _focal() -> PartField:
    return PartField(
        allow_null=True, required=False, help_text="Of the point that is never cut off; both or none"
    )


@shown_as(examples.UPLOADED_IMAGE, "multipart/form-data")
class ImageUploadInput(InputSerializer):
    """A picture to add to a product: JPEG, PNG or WebP."""

    file = serializers.FileField(use_url=False, allow_empty_file=True)
    alt_ru = _alt()
    alt_en = _alt()


@shown_as(examples.WANTED_IMAGE)
class ImageFetchInput(InputSerializer):
    """A picture to add to a product, from its address."""

    url = StrictCharField(max_length=2000, validators=[URLValidator(schemes=["https"])])
    url.described_as = {"format": "uri", "pattern": "^https://"}  # type: ignore[attr-defined]  # to the schema
    alt_ru = _alt()
    alt_en = _alt()


@shown_as(examples.WANTED_IMAGE_CHANGE)
class ImageChangeInput(InputSerializer):
    """What can be changed of a picture."""

    alt_ru = _alt()
    alt_en = _alt()
    focal_x = _focal()
    focal_y = _focal()


@shown_as(examples.WANTED_IMAGE_ORDER)
class ImageOrderInput(InputSerializer):
    """The ids of all pictures of a product, in order."""

    ids = IdListField(max_length=MAX_IMAGES)


@shown_as(examples.STAFF_IMAGE)
class StaffProductImageOutput(OutputSerializer[ProductImage]):
    """A picture of a product with what staff need to know of it."""

    problem = serializers.CharField(
        source="problem_text", read_only=True, help_text="Why it has failed; else empty"
    )
    width = serializers.IntegerField(read_only=True, allow_null=True, help_text="Pixels, once it is ready")
    height = serializers.IntegerField(read_only=True, allow_null=True, help_text="Pixels, once it is ready")
    bytes = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of what was uploaded")
    sha256 = serializers.CharField(read_only=True, allow_null=True, help_text="Of what was uploaded")
    source_url = serializers.CharField(read_only=True, help_text="Where it is fetched from; else empty")
    urls = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields = (
            "id",
            "position",
            "status",
            "problem",
            "alt_ru",
            "alt_en",
            "focal_x",
            "focal_y",
            "width",
            "height",
            "bytes",
            "sha256",
            "source_url",
            "urls",
            "created_at",
        )

    @extend_schema_field(ImageUrlOutput(many=True))
    def get_urls(self, image: ProductImage) -> list[dict[str, Any]]:
        """Return the addresses of its files, the smallest first; none before it is ready."""
        return image_urls(image) if image.status == ImageStatus.READY else []
