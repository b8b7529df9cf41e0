"""What is sold, and how much of it there is."""

from collections.abc import Mapping
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import connections, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from apps.catalog.search import FoldedQuerySet, FoldedTextField
from apps.common.append_only import AppendOnlyModel, AppendOnlyQuerySet
from apps.common.bulk import bulk_written
from apps.common.derived import DerivingModel

MAX_STOCK = 2_147_483_647  # what the column holds
MAX_DESCRIPTION_LENGTH = 10_000  # characters


class MovementKind(models.TextChoices):
    """Why stock changed."""

    RECEIVED = "received", _("received")
    SOLD = "sold", _("sold")
    RETURNED = "returned", _("returned")
    ADJUSTED = "adjusted", _("adjusted")


ORDER_MOVEMENTS = (MovementKind.SOLD.value, MovementKind.RETURNED.value)

# UNION, not UNION ALL: it ends even if the tree had a loop. A self-referring query is beyond the ORM.
_HIDDEN_IDS = """
    WITH RECURSIVE hidden(id) AS (
        SELECT id FROM catalog_category WHERE NOT is_active
        UNION
        SELECT child.id FROM catalog_category child JOIN hidden ON child.parent_id = hidden.id
    ) SELECT id FROM hidden
"""
_TREE_IDS = """
    WITH RECURSIVE tree(id) AS (
        SELECT id FROM catalog_category WHERE id = %s
        UNION
        SELECT child.id FROM catalog_category child JOIN tree ON child.parent_id = tree.id
    ) SELECT id FROM tree
"""
# Without a CASE of a thousand branches, which the ORM would take longer to put than the database to do.
_WRITE_STOCK = """
    UPDATE catalog_product SET stock = written.column2 FROM (VALUES {rows}) AS written
    WHERE catalog_product.id = written.column1
"""


def hidden_category_ids() -> RawSQL:
    """Return a subquery: the categories that are inactive, or below one that is."""
    return RawSQL(_HIDDEN_IDS, ())


def category_tree_ids(category_id: int) -> RawSQL:
    """Return a subquery: the category and everything below it."""
    return RawSQL(_TREE_IDS, (category_id,))


class CategoryQuerySet(FoldedQuerySet["Category"]):
    """Questions about categories."""

    def on_sale(self) -> Self:
        """Return the categories that customers see: active, as all above them are."""
        return self.exclude(pk__in=hidden_category_ids())

    def tree_of(self, category_id: int) -> Self:
        """Return the category and everything below it."""
        return self.filter(pk__in=category_tree_ids(category_id))


class Category(DerivingModel):
    """A place in the shop's tree."""

    AUDITED_FIELDS = ("name", "slug", "parent", "description", "is_active")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=220, unique=True, blank=True)
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    is_active = models.BooleanField(_("active"), default=True)
    search_text = FoldedTextField(sources=("name", "description"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
                name="catalog_category_not_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent that lies below this category.

        Raises ValidationError (`parent_loop`).
        """
        if (
            self.pk
            and self.parent_id
            and Category.objects.tree_of(self.pk).filter(pk=self.parent_id).exists()
        ):
            message = _("A category cannot lie below itself.")
            raise ValidationError({"parent": ValidationError(message, code="parent_loop")})


class ProductQuerySet(FoldedQuerySet["Product"]):
    """Questions about products."""

    def on_sale(self) -> Self:
        """Return what customers see and can order: active products of categories active all the way up."""
        return self.filter(is_active=True).exclude(category_id__in=hidden_category_ids())

    def locked(self, product_ids: list[int]) -> Self:
        """Lock the rows until the transaction ends, in one order for all, so that no two can deadlock."""
        # no_key: rows that merely refer to a product, such as order lines, need not wait.
        return self.filter(pk__in=product_ids).select_for_update(of=("self",), no_key=True).order_by("pk")

    def write_stock(self, stocks: Mapping[int, int]) -> None:
        """Write the stock (pieces, by product id) of locked products, in one statement, and announce it."""
        if stocks:
            statement = _WRITE_STOCK.format(rows=", ".join(["(%s, %s)"] * len(stocks)))
            with connections[self.db].cursor() as cursor:
                cursor.execute(statement, [number for row in stocks.items() for number in row])
            bulk_written.send(sender=self.model)


class Product(DerivingModel):
    """A thing on sale. Nothing but the stock services writes `stock` after the product is created."""

    AUDITED_FIELDS = ("name", "slug", "sku", "category", "price", "description", "is_active")

    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=280, unique=True, blank=True)
    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    stock = models.PositiveIntegerField(_("stock"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="products", verbose_name=_("category")
    )
    search_text = FoldedTextField(sources=("name", "sku", "description"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="catalog_product_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(stock__gte=0), name="catalog_product_stock_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="catalog_product_by_name"),
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
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class StockMovement(AppendOnlyModel):
    """A change of a product's stock: how much, why, by whom, for which order, and what it left.

    Together they are the ledger of stock: the sum of a product's changes is its stock, always.
    """

    product = models.ForeignKey(
        Product,
        models.PROTECT,
        related_name="stock_movements",
        db_index=False,  # `catalog_stockmovement_latest` begins with it
        verbose_name=_("product"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MovementKind.choices)
    delta = models.IntegerField(_("change"))
    stock = models.PositiveIntegerField(_("stock after it"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    # A plain number: the catalogue knows nothing of orders.
    order_id = models.BigIntegerField(_("order"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppendOnlyQuerySet["StockMovement"].as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = False
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MovementKind.values), name="catalog_stockmovement_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(order_id=None) ^ models.Q(kind__in=ORDER_MOVEMENTS),
                name="catalog_stockmovement_order_of_sale",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-id"], name="catalog_stockmovement_latest"),
            models.Index(fields=["created_at", "id"], name="catalog_stockmovement_by_age"),
            models.Index(
                fields=["order_id"],
                name="catalog_stockmovement_of_order",
                condition=models.Q(order_id__isnull=False),
            ),
            # Without the sales, which are most of the rows: a list of sales finds them anywhere.
            models.Index(
                fields=["kind", "created_at", "id"],
                name="catalog_stockmovement_by_kind",
                condition=~models.Q(kind=MovementKind.SOLD.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d}: {self.get_kind_display()}"


class PriceChange(AppendOnlyModel):
    """A change of a product's price: what a customer who saw the old one is told."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="price_changes", verbose_name=_("product")
    )
    old_price = models.DecimalField(_("old price"), max_digits=10, decimal_places=2)
    new_price = models.DecimalField(_("new price"), max_digits=10, decimal_places=2)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppendOnlyQuerySet["PriceChange"].as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = False
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ("-pk",)
        indexes = [models.Index(fields=["product", "-id"], name="catalog_pricechange_latest")]

    def __str__(self) -> str:
        return f"{self.old_price} → {self.new_price}"
