"""Serializers of products."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.api.serializers.categories import TaxClassField, translations_field
from apps.catalog.api.serializers.parts import (
    ProductAttributeInput,
    ProductAttributeOutput,
    ProductGroupRefOutput,
    ProductImageOutput,
)
from apps.catalog.configuration import CATEGORY_NAMES
from apps.catalog.models import (
    MAX_ATTRIBUTES,
    MAX_DESCRIPTION_LENGTH,
    MAX_META_DESCRIPTION_LENGTH,
    MAX_RELATED,
    MAX_SIZE_MM,
    MAX_STEP,
    MAX_STOCK,
    MAX_WEIGHT_G,
    Category,
    Product,
)
from apps.catalog.product_taxes import ShownTaxRates, shown_tax_rates
from apps.catalog.shown_attributes import shown_attributes
from apps.catalog.shown_texts import present_language
from apps.core.api.fields import (
    CodeField,
    IdListField,
    MoneyField,
    NameField,
    RowIdField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSlugField,
)
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.core.days import today
from apps.store.configuration_cache import configuration


def _size() -> StrictIntegerField:
    return StrictIntegerField(
        min_value=1, max_value=MAX_SIZE_MM, allow_null=True, required=False, help_text="Millimetres"
    )


class ProductTextsInput(InputSerializer):
    """The texts of a product in a language; an empty one falls back to the product's own."""

    name = NameField(max_length=255, allow_blank=True, required=False)
    description = StrictCharField(max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True, required=False)
    meta_title = StrictCharField(max_length=255, allow_blank=True, required=False)
    meta_description = StrictCharField(
        max_length=MAX_META_DESCRIPTION_LENGTH, allow_blank=True, required=False
    )


@shown_as(examples.WANTED_CHANGE)
class ProductChangeInput(InputSerializer):
    """The fields of a product that can be changed. Stock is changed through stock movements."""

    name = NameField(max_length=255)
    sku = CodeField(max_length=64)
    price = MoneyField()
    compare_at_price = MoneyField(
        allow_null=True, required=False, help_text="Shown crossed out; above the price"
    )
    category = RowIdField(queryset=Category.objects.all())
    tax_class = TaxClassField(help_text="Null: that of the category")
    weight_g = StrictIntegerField(
        min_value=0, max_value=MAX_WEIGHT_G, allow_null=True, required=False, help_text="Grams"
    )
    slug = StrictSlugField(max_length=280, required=False)
    description = StrictCharField(max_length=MAX_DESCRIPTION_LENGTH, allow_blank=True, required=False)
    is_active = StrictBooleanField(required=False)
    barcode = StrictCharField(
        max_length=14,
        allow_null=True,
        allow_blank=False,
        required=False,
        help_text="GTIN: 8, 12, 13 or 14 digits",
    )
    external_id = StrictCharField(
        max_length=100, allow_null=True, required=False, help_text="Id in another system"
    )
    length_mm = _size()
    width_mm = _size()
    height_mm = _size()
    unit = StrictCharField(max_length=20, allow_blank=True, required=False)
    min_quantity = StrictIntegerField(
        min_value=1, max_value=MAX_STEP, required=False, help_text="Least quantity of an order"
    )
    quantity_step = StrictIntegerField(
        min_value=1, max_value=MAX_STEP, required=False, help_text="Ordered in multiples of it"
    )
    meta_title = StrictCharField(max_length=255, allow_blank=True, required=False)
    meta_description = StrictCharField(
        max_length=MAX_META_DESCRIPTION_LENGTH, allow_blank=True, required=False
    )
    related = IdListField(
        max_length=MAX_RELATED, required=False, help_text="Ids of related products, in order"
    )
    attributes = ProductAttributeInput(  # type: ignore[call-arg]  # the stubs of `many=True` know no `max_length`
        many=True,
        required=False,
        max_length=MAX_ATTRIBUTES,
        help_text="All attributes of the product: those that are not listed are taken away",
    )
    translations = translations_field(ProductTextsInput, "ProductTranslationsInput")


@shown_as(examples.WANTED_PRODUCT)
class ProductInput(ProductChangeInput):
    """A product to create, with its initial stock."""

    stock = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)


_IMAGE = ProductImageOutput()


class ProductCategoryOutput(OutputSerializer[Category]):
    """A product's category in brief."""

    class Meta:
        model = Category
        fields = ("id", "name", "slug")


@shown_as(examples.PRODUCT_ROW)
class ProductOutput(OutputSerializer[Product]):
    """A product as a list shows it."""

    name = serializers.CharField(read_only=True, max_length=255, source="shown_name")
    description = serializers.CharField(
        read_only=True, max_length=MAX_DESCRIPTION_LENGTH, source="shown_description"
    )
    image = serializers.SerializerMethodField()
    group_size = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Number of variants, with `collapse=true`; else null"
    )
    currency = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    discount_percent = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="By how much the price is below `lowest_price_30d`, rounded down",
    )
    tax_class = serializers.SerializerMethodField()
    tax_rate = serializers.SerializerMethodField()
    tax_rates: ShownTaxRates | None = None  # of the rows of one response, which were read together

    class Meta:
        model = Product
        fields = (
            "id",
            "name",
            "slug",
            "sku",
            "description",
            "price",
            "compare_at_price",
            "lowest_price_30d",
            "discount_percent",
            "currency",
            "tax_class",
            "tax_rate",
            "stock",
            "weight_g",
            "length_mm",
            "width_mm",
            "height_mm",
            "unit",
            "min_quantity",
            "quantity_step",
            "barcode",
            "external_id",
            "is_active",
            "category",
            "image",
            "group_size",
            "created_at",
            "updated_at",
        )

    @extend_schema_field(ProductImageOutput(allow_null=True))
    def get_image(self, product: Product) -> dict[str, Any] | None:
        """Return the first picture of the product."""
        return next((_IMAGE.to_representation(image) for image in product.ready_images), None)

    @extend_schema_field(ProductCategoryOutput())
    def get_category(self, product: Product) -> dict[str, Any]:
        """Return the category in brief, its name in the language of the response."""
        names = (self.tax_rates or self._tax_rates(product)).configuration[CATEGORY_NAMES]
        category = product.category
        name = names.get((category.pk, present_language()), category.name) if names else category.name
        return {"id": category.pk, "name": name, "slug": category.slug}

    @extend_schema_field(serializers.CharField(help_text="ISO 4217 code"))
    def get_currency(self, product: Product) -> str:
        """Return the currency of the store's prices."""
        return settings.STORE_CURRENCY

    @extend_schema_field(
        serializers.CharField(allow_null=True, help_text="Code of its own tax class; null: the category's")
    )
    def get_tax_class(self, product: Product) -> str | None:
        """Return the code of the product's own tax class."""
        if product.tax_class_id is None:
            return None
        return (self.tax_rates or self._tax_rates(product)).codes.get(product.tax_class_id)

    @extend_schema_field(
        serializers.CharField(
            allow_null=True, help_text="Percent, in the store's country today; null: without VAT"
        )
    )
    def get_tax_rate(self, product: Product) -> str | None:
        """Return the rate of the tax class that the product is sold under."""
        rates = self.tax_rates or self._tax_rates(product)
        return rates[product.tax_class_id, product.category_id]

    def _tax_rates(self, product: Product) -> ShownTaxRates:
        self.tax_rates = shown_tax_rates(configuration(product.config_version), today())
        return self.tax_rates


@shown_as(examples.PRODUCT)
class ProductDetailOutput(ProductOutput):
    """A product with all that describes it."""

    meta_title = serializers.SerializerMethodField()
    meta_description = serializers.SerializerMethodField()
    images = ProductImageOutput(many=True, source="ready_images")
    group = serializers.SerializerMethodField()
    attributes = serializers.SerializerMethodField()
    related = serializers.SerializerMethodField()

    class Meta(ProductOutput.Meta):
        fields = (  # type: ignore[assignment]  # more of them
            *ProductOutput.Meta.fields,
            "meta_title",
            "meta_description",
            "images",
            "group",
            "attributes",
            "related",
        )

    def get_meta_title(self, product: Product) -> str:
        """Return the title for search engines."""
        return product.text("meta_title")

    def get_meta_description(self, product: Product) -> str:
        """Return the description for search engines."""
        return product.text("meta_description")

    @extend_schema_field(ProductGroupRefOutput(allow_null=True))
    def get_group(self, product: Product) -> dict[str, Any] | None:
        """Return the group of variants that the product belongs to, and what sets it apart there."""
        if product.group is None:
            return None
        options = [{"code": each.option.code, "value": each.value} for each in product.options.all()]
        return {"id": product.group.pk, "name": product.group.name, "options": options}

    @extend_schema_field(ProductAttributeOutput(many=True))
    def get_attributes(self, product: Product) -> list[dict[str, Any]]:
        """Return the attributes of the product."""
        return shown_attributes(product.attributes.all())

    def get_related(self, product: Product) -> list[int]:
        """Return the ids of related products."""
        return [link.related_id for link in product.related_links.all()]
