"""Models of variants: products that differ by options such as size and colour, and their group."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.models.categories import MAX_DESCRIPTION_LENGTH, Category
from apps.catalog.models.products import Product
from apps.core.database.derived_columns import DerivingQuerySet
from apps.core.database.key_columns import CleanCharField, KeyedModel, KeyField
from apps.core.database.querysets import SignallingQuerySet
from apps.store.models import NamedInLanguages, in_present_language

MAX_OPTIONS = 3  # of a group: its page has a column for each
MAX_VARIANTS = 100  # of a group: all of them stand on one page


@audited()
class ProductGroup(KeyedModel):
    """Products that are variants of one thing."""

    AUDITED_FIELDS = ("name", "slug", "category", "description")
    # What the page of a group knows its products again by: sales, prices and names do not matter.
    VERSIONED = {
        "products": ("pk", "options__option", "options__value_ru", "options__value_en", "options__sort")
    }

    name = CleanCharField(_("name"), max_length=255)
    name_key = KeyField("name")  # an import finds its groups by it; two groups may have one
    slug = models.SlugField(_("slug"), max_length=280, unique=True, blank=True)
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="product_groups",
        verbose_name=_("category"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = DerivingQuerySet["ProductGroup"].as_manager()

    variants: list[Product]  # those that are shown, once they were read (`shown_groups.py`)

    class Meta:
        verbose_name = _("group of variants")
        verbose_name_plural = _("groups of variants")
        ordering = ("name", "pk")
        indexes = [models.Index(fields=["name_key", "id"], name="catalog_productgroup_by_name")]

    def __str__(self) -> str:
        return self.name


@audited()
class GroupOption(NamedInLanguages):
    """What the variants of a group differ by, such as their size."""

    AUDITED_FIELDS = ("group", "code", "name_ru", "name_en", "position")

    group = models.ForeignKey(
        ProductGroup, models.CASCADE, related_name="options", verbose_name=_("group of variants")
    )
    code = models.SlugField(_("code"), max_length=40)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = SignallingQuerySet["GroupOption"].as_manager()

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="catalog_groupoption_code_unique")
        ]


class ProductOption(models.Model):
    """The value that a variant has of an option of its group, such as 500 g."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        related_name="options",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("product"),
    )
    option = models.ForeignKey(
        GroupOption, models.PROTECT, related_name="product_options", verbose_name=_("option")
    )
    value_ru = models.CharField(_("value in Russian"), max_length=100)
    value_en = models.CharField(_("value in English"), max_length=100, blank=True, default="")
    sort = models.IntegerField(_("place among the values"), default=0)

    objects = SignallingQuerySet["ProductOption"].as_manager()

    class Meta:
        verbose_name = _("value of an option")
        verbose_name_plural = _("values of options")
        ordering = ("option__position", "option", "pk")
        constraints = [
            models.UniqueConstraint(fields=["product", "option"], name="catalog_productoption_once")
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def value(self) -> str:
        """Return the value in the present language."""
        return in_present_language(self.value_ru, self.value_en)
