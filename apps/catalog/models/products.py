"""Model of products."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import connections, models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.barcodes import validate_gtin
from apps.catalog.models.categories import MAX_DESCRIPTION_LENGTH, Category, hidden_category_ids
from apps.catalog.models.translated import Translated
from apps.catalog.search import FoldedQuerySet, FoldedTextField, TextStart
from apps.core.database.key_columns import CleanCharField, KeyedModel, KeyField
from apps.core.database.querysets import bulk_written
from apps.core.normalization import CODE
from apps.store.configuration_cache import current_version, version_expression
from apps.store.models import TaxClass

if TYPE_CHECKING:
    from apps.catalog.models.images import ProductImage

MAX_WEIGHT_G = 100_000_000  # 100 t: 10,000 pieces of it are a number that every client reads exactly
MAX_STOCK = 2_147_483_647  # what the column holds
MAX_SIZE_MM = 100_000  # 100 m
SIZE = [MinValueValidator(1), MaxValueValidator(MAX_SIZE_MM)]
MAX_STEP = 10_000  # pieces: an order takes no more of a product
MAX_META_DESCRIPTION_LENGTH = 500  # characters
# Without a CASE of a thousand branches, which the ORM would take longer to put than the database to do.
_WRITE_STOCK = """
    UPDATE catalog_product SET stock = written.column2 FROM (VALUES {rows}) AS written
    WHERE catalog_product.id = written.column1
"""


class ProductQuerySet(FoldedQuerySet["Product"]):
    """Questions about products."""

    def on_sale(self) -> Self:
        """Return what customers see and can order: active products of categories active all the way up."""
        return self.filter(is_active=True).exclude(category_id__in=hidden_category_ids())

    def with_skus(self, skus: Iterable[str]) -> Self:
        """Return the products with these skus, in whatever spelling."""
        return self.filter(sku_key__in={CODE.key(sku) for sku in skus})

    def locked(self, product_ids: list[int]) -> Self:
        """Lock the rows until the transaction ends, in one order for all, so that no two can deadlock."""
        # no_key: rows that merely refer to a product, such as order lines, need not wait.
        return self.filter(pk__in=product_ids).select_for_update(of=("self",), no_key=True).order_by("pk")

    def with_config_version(self) -> Self:
        """Return the rows with the version of the configuration, which says what taxes they show."""
        return self.annotate(config_version=version_expression())

    def write_stock(self, stocks: Mapping[int, int]) -> None:
        """Write the stock (pieces, by product id) of locked products, in one statement, and announce it."""
        if stocks:
            statement = _WRITE_STOCK.format(rows=", ".join(["(%s, %s)"] * len(stocks)))
            with connections[self.db].cursor() as cursor:
                cursor.execute(statement, [number for row in stocks.items() for number in row])
            bulk_written.send(sender=self.model)


@audited(is_shown_with_row=True)
class Product(Translated, KeyedModel):
    """A thing on sale. Nothing but the stock services writes `stock` after the product is created."""

    AUDITED_FIELDS = (
        "name",
        "slug",
        "sku",
        "category",
        "price",
        "compare_at_price",
        "tax_class",
        "weight_g",
        "description",
        "is_active",
        "barcode",
        "external_id",
        "group",
        "unit",
        "min_quantity",
        "quantity_step",
        "length_mm",
        "width_mm",
        "height_mm",
        "meta_title",
        "meta_description",
    )

    name = CleanCharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=280, unique=True, blank=True)
    sku = CleanCharField(_("SKU"), kind=CODE, max_length=64, unique=True)
    sku_key = KeyField("sku", CODE)
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    # What it cost before, where the store shows a reduction; and the lowest price of the 30 days before it.
    compare_at_price = models.DecimalField(
        _("price before"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Shown crossed out; must be above the price."),
    )
    lowest_price_30d = models.DecimalField(
        _("lowest price in 30 days"), max_digits=10, decimal_places=2, null=True, editable=False
    )
    weight_g = models.IntegerField(
        _("weight, g"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_WEIGHT_G)],
    )
    tax_class = models.ForeignKey(
        TaxClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tax class"),
        help_text=_("Leave empty to use the category's."),
    )
    stock = models.PositiveIntegerField(_("stock"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="products", verbose_name=_("category")
    )
    barcode = models.CharField(
        _("barcode"),
        max_length=14,
        null=True,
        blank=True,
        validators=[validate_gtin],
        help_text=_("GTIN: 8, 12, 13 or 14 digits."),
    )
    external_id = models.CharField(
        _("id in another system"),
        max_length=100,
        null=True,
        blank=True,
        help_text=_("Such as that of 1C."),
    )
    length_mm = models.IntegerField(_("length, mm"), null=True, blank=True, validators=SIZE)
    width_mm = models.IntegerField(_("width, mm"), null=True, blank=True, validators=SIZE)
    height_mm = models.IntegerField(_("height, mm"), null=True, blank=True, validators=SIZE)
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, default="", db_default="", help_text=_("Such as pcs or kg.")
    )
    min_quantity = models.IntegerField(
        _("least quantity"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_STEP)],
    )
    quantity_step = models.IntegerField(
        _("step of the quantity"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_STEP)],
        help_text=_("It is sold in multiples of this."),
    )
    meta_title = models.CharField(
        _("title for search engines"), max_length=255, blank=True, default="", db_default=""
    )
    meta_description = models.CharField(
        _("description for search engines"),
        max_length=MAX_META_DESCRIPTION_LENGTH,
        blank=True,
        default="",
        db_default="",
    )
    group = models.ForeignKey(
        "catalog.ProductGroup",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        db_index=False,  # `catalog_product_of_group` begins with it
        verbose_name=_("group of variants"),
    )
    # Hash of the values that it has of its group's options: no other product of the group has the same.
    options_key = models.CharField(max_length=64, null=True, editable=False)
    # Pieces sold in the last 30 days, less those that came back; counted every night.
    popularity = models.IntegerField(_("popularity"), default=0, db_default=0, editable=False)
    # What it is also found by: barcode, brand and values of options, names in other languages.
    search_terms = models.TextField(blank=True, default="", db_default="", editable=False)
    search_text = FoldedTextField(
        sources=("name", "sku", "description", "search_terms"), optional=("search_terms",)
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    ready_images: "list[ProductImage]"  # those that are shown, once they were read (`product_details.py`)
    group_size: int | None = None  # of a list that shows one product of each group

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["sku_key"], name="catalog_product_sku_key_unique"),
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="catalog_product_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(stock__gte=0), name="catalog_product_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at_price=None) | models.Q(compare_at_price__gt=models.F("price")),
                name="catalog_product_reduction_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(weight_g=None) | models.Q(weight_g__gte=0),
                name="catalog_product_weight_not_negative",
            ),
            models.UniqueConstraint(fields=["barcode"], name="catalog_product_barcode_unique"),
            models.UniqueConstraint(fields=["external_id"], name="catalog_product_external_id_unique"),
            models.UniqueConstraint(fields=["group", "options_key"], name="catalog_product_variant_unique"),
            models.CheckConstraint(
                condition=models.Q(min_quantity__gte=1, quantity_step__gte=1),
                name="catalog_product_quantities_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="catalog_product_by_name"),
            models.Index(TextStart("search_text"), "id", name="catalog_product_by_start"),
            models.Index(fields=["price", "id"], name="catalog_product_by_price"),
            models.Index(fields=["created_at", "id"], name="catalog_product_by_age"),
            # None may hold `stock`: then each sale would write to every index of the product (no HOT update).
            models.Index(
                fields=["category", "name", "id"],
                name="catalog_product_of_category",
                condition=models.Q(is_active=True),
            ),
            models.Index(
                fields=["price", "id", "category"],
                name="catalog_product_sold_by_price",
                condition=models.Q(is_active=True),
            ),
            models.Index(
                fields=["name", "id"], name="catalog_product_off_sale", condition=models.Q(is_active=False)
            ),
            models.Index(fields=["popularity", "id"], name="catalog_product_by_popularity"),
            models.Index(fields=["updated_at", "id"], name="catalog_product_by_change"),
            models.Index(
                fields=["group", "price", "id"],
                name="catalog_product_of_group",
                condition=models.Q(group__isnull=False),
            ),
            models.Index(
                fields=["price", "id"],
                name="catalog_product_reduced",
                condition=models.Q(compare_at_price__isnull=False, is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Raise ValidationError, by field, for what is taken."""
        left_out = set(exclude or ())
        errors: Any = {}
        try:
            super().validate_unique(exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        others = Product.objects.exclude(pk=self.pk)
        for name in {"barcode", "external_id"} - left_out:
            value = getattr(self, name)
            if value is not None and others.filter(**{name: value}).exists():
                errors[name] = [self.unique_error_message(Product, (name,))]
        if errors:
            raise ValidationError(errors)

    @cached_property
    def config_version(self) -> int | None:
        """Return the version of the configuration, of a row that was not read `with_config_version`."""
        return current_version()

    def is_sold_in(self, quantity: int) -> bool:
        """Tell whether so many pieces can be ordered: the least quantity or more, a multiple of the step."""
        return quantity >= self.min_quantity and quantity % self.quantity_step == 0

    @property
    def discount_percent(self) -> int | None:
        """Return by how much the price is below the lowest one before, rounded down; None where it is not."""
        lowest = self.lowest_price_30d
        return int((lowest - self.price) * 100 / lowest) if lowest and self.price < lowest else None
