"""Serializers of categories."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.models import (
    MAX_DESCRIPTION_LENGTH,
    Category,
)
from apps.core.api.fields import (
    NameField,
    RowIdField,
    StrictBooleanField,
    StrictCharField,
    StrictSlugField,
)
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.store.models import TaxClass


class TaxClassField(serializers.SlugRelatedField[TaxClass]):
    """A reference to a tax class by its code, which must be a JSON string."""

    default_error_messages = {
        "does_not_exist": _("There is no tax class with this code."),
        "invalid": _("Must be the code of a tax class: a string."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("code", queryset=TaxClass.objects.all(), allow_null=True, required=False, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the tax class, or None for null alone: to the library an empty text is null, too."""
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data: Any) -> TaxClass:
        """Return the tax class. Raises ValidationError for any other type, and for an unknown code."""
        if not isinstance(data, str):
            self.fail("invalid")
        if "\0" in data:  # PostgreSQL takes no such text, not even to look for it
            self.fail("does_not_exist")
        return super().to_internal_value(data)


class CategoryTextsInput(InputSerializer):
    """The texts of a category in a language; an empty one falls back to the category's own."""

    name = NameField(max_length=200, allow_blank=True, required=False)
    description = StrictCharField(max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True, required=False)


def translations_field(texts: type[InputSerializer], name: str) -> Any:
    """Return the field for texts in further languages: an object with a member for each language.

    `name` is what the schema calls it.
    """
    members: dict[str, Any] = {code: texts(required=False) for code, _label in settings.LANGUAGES}
    members |= {"__doc__": "Texts by language; what is left out stays as it is.", "__module__": __name__}
    return type(name, (InputSerializer,), members)(required=False)


@shown_as(examples.WANTED_CATEGORY)
class CategoryInput(InputSerializer):
    """A category to create or change."""

    name = NameField(max_length=200)
    slug = StrictSlugField(max_length=220, required=False)
    description = StrictCharField(max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True, required=False)
    parent = RowIdField(  # type: ignore[assignment]  # DRF takes a declared field out of the class
        queryset=Category.objects.all(), allow_null=True, required=False
    )
    tax_class = TaxClassField(help_text="Null: that of the parent, or of the store")
    is_active = StrictBooleanField(required=False)
    translations = translations_field(CategoryTextsInput, "CategoryTranslationsInput")


@shown_as(examples.CATEGORY)
class CategoryOutput(OutputSerializer[Category]):
    """A category, its texts in the language of the response."""

    name = serializers.CharField(read_only=True, max_length=200, source="shown_name")
    description = serializers.CharField(
        read_only=True, max_length=MAX_DESCRIPTION_LENGTH, source="shown_description"
    )
    tax_class: "serializers.SlugRelatedField[TaxClass]" = serializers.SlugRelatedField(
        "code", read_only=True, allow_null=True, help_text="Code; null: that of the parent, or of the store"
    )

    class Meta:
        model = Category
        fields = (
            "id",
            "name",
            "slug",
            "description",
            "parent",
            "tax_class",
            "is_active",
            "created_at",
            "updated_at",
        )
