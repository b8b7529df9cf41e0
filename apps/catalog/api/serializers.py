"""Serializers of the catalogue."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.models import (
    MAX_DESCRIPTION_LENGTH,
    MAX_STOCK,
    MAX_WEIGHT_G,
    Category,
    Product,
    StockMovement,
)
from apps.catalog.product_taxes import ShownTaxRates, shown_tax_rates
from apps.core.api.fields import (
    CodeField,
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
from apps.store.models import TaxClass
from apps.users.models import User


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


@shown_as(examples.CATEGORY)
class CategoryOutput(OutputSerializer[Category]):
    """A category."""

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


@shown_as(examples.WANTED_PRODUCT)
class ProductInput(ProductChangeInput):
    """A product to create, with its initial stock."""

    stock = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)


class ProductCategoryOutput(OutputSerializer[Category]):
    """A product's category in brief."""

    class Meta:
        model = Category
        fields = ("id", "name", "slug")


@shown_as(examples.PRODUCT)
class ProductOutput(OutputSerializer[Product]):
    """A product."""

    currency = serializers.SerializerMethodField()
    category = ProductCategoryOutput()
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
            "is_active",
            "category",
            "created_at",
            "updated_at",
        )

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


@shown_as(examples.WANTED_MOVEMENT)
class StockMovementInput(InputSerializer):
    """A stock movement: a change by a number of units (`delta`) or a new `count`, with the reason.

    A count must come with `last_seen`, the stock shown when the units were counted.
    """

    delta = StrictIntegerField(min_value=-MAX_STOCK, max_value=MAX_STOCK, required=False)
    count = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)
    last_seen = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)
    reason = StrictCharField(max_length=200)

    def validate_delta(self, delta: int) -> int:
        """Refuse a change of nothing."""
        if delta == 0:
            raise serializers.ValidationError(_("The change cannot be zero."), code="zero")
        return delta

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse anything but a change, or a count with what was seen last."""
        given = attrs.keys() - {"reason"}
        if given in ({"delta"}, {"count", "last_seen"}):
            return attrs
        if not given:
            raise serializers.ValidationError(
                {"delta": self.fields["delta"].error_messages["required"]}, "required"
            )
        raise serializers.ValidationError(
            _("Send either delta, or count together with last_seen."), code="delta_or_count"
        )


@shown_as(examples.MOVEMENT)
class StockMovementOutput(OutputSerializer[StockMovement]):
    """A stock movement and the resulting stock."""

    class Meta:
        model = StockMovement
        fields: tuple[str, ...] = ("id", "delta", "reason", "stock", "created_at")


@shown_as(examples.MOVEMENT_ROW)
class StockMovementRowOutput(StockMovementOutput):
    """An entry in the stock ledger."""

    created_by: "serializers.SlugRelatedField[User]" = serializers.SlugRelatedField(
        "username", read_only=True, allow_null=True, help_text="Username; null if made by a command"
    )

    class Meta(StockMovementOutput.Meta):
        fields = (*StockMovementOutput.Meta.fields, "kind", "order_id", "created_by")
