"""Models of attributes: what products are described and filtered by, such as brand, colour or power."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.audit.registry import audited
from apps.catalog.models.products import Product
from apps.core.database.querysets import SignallingQuerySet
from apps.store.models import NamedInLanguages

BRAND, TAG = "brand", "tag"  # codes of attributes that every shop has
MAX_CODE_LENGTH = 40  # characters
MAX_TEXT_LENGTH = 500  # characters of an attribute that is a text
MAX_ATTRIBUTES, MAX_VALUES = 100, 100  # of a product, and of one attribute of it
ATTRIBUTE_CODE = RegexValidator(
    r"\A[a-z][a-z0-9_]*\Z", _("Use small Latin letters, figures and underscores, a letter first.")
)


class AttributeType(models.TextChoices):
    """What the values of an attribute are."""

    CHOICE = "choice", _("choice")
    NUMBER = "number", pgettext_lazy("attribute", "number")
    BOOL = "bool", _("yes or no")
    TEXT = "text", _("text")


@audited()
class Attribute(NamedInLanguages):
    """A property of products."""

    AUDITED_FIELDS = ("code", "name_ru", "name_en", "type", "unit", "is_filter", "position")

    code = models.CharField(_("code"), max_length=MAX_CODE_LENGTH, unique=True, validators=[ATTRIBUTE_CODE])
    type = models.CharField(
        _("type"), max_length=10, choices=AttributeType.choices, default=AttributeType.CHOICE
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")
    is_filter = models.BooleanField(
        _("filter"), default=True, help_text=_("Customers can narrow lists of products down by it.")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = SignallingQuerySet["Attribute"].as_manager()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ("position", "code")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=AttributeType.values), name="catalog_attribute_type_known"
            )
        ]


@audited()
class AttributeValue(NamedInLanguages):
    """A value that can be chosen for an attribute: `value` in addresses and tables, the names for people."""

    AUDITED_FIELDS = ("attribute", "value", "name_ru", "name_en", "position")

    attribute = models.ForeignKey(
        Attribute, models.CASCADE, related_name="values", verbose_name=_("attribute")
    )
    value = models.SlugField(_("code"), max_length=100)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = SignallingQuerySet["AttributeValue"].as_manager()

    class Meta:
        verbose_name = _("value of an attribute")
        verbose_name_plural = _("values of attributes")
        ordering = ("position", "name_ru", "pk")
        constraints = [
            models.UniqueConstraint(fields=["attribute", "value"], name="catalog_attributevalue_unique")
        ]


class ProductAttributeQuerySet(SignallingQuerySet["ProductAttribute"]):
    """Questions about attributes of products."""

    def shown(self) -> Self:
        """Return the rows in the order of attributes and of their values, with both."""
        rows = self.select_related("attribute", "value")
        return rows.order_by(
            "attribute__position", "attribute__code", "value__position", "value__name_ru", "pk"
        )


class ProductAttribute(models.Model):
    """A value that a product has of an attribute; of a choice there may be several."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        related_name="attributes",
        db_index=False,  # `catalog_prodattr_held` begins with it
        verbose_name=_("product"),
    )
    attribute = models.ForeignKey(
        Attribute,
        models.PROTECT,
        related_name="product_attributes",
        db_index=False,  # the indexes of filters begin with it
        verbose_name=_("attribute"),
    )
    value = models.ForeignKey(
        AttributeValue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="product_attributes",
        db_index=False,  # `catalog_productattribute_choice` begins with it
        verbose_name=pgettext_lazy("attribute", "value"),
    )
    number = models.DecimalField(
        pgettext_lazy("attribute", "number"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    bool = models.BooleanField(_("yes or no"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=MAX_TEXT_LENGTH, blank=True, default="")

    objects = ProductAttributeQuerySet.as_manager()

    class Meta:
        verbose_name = _("attribute of a product")
        verbose_name_plural = _("attributes of products")
        ordering = ("attribute__position", "attribute", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["value", "product"],
                condition=models.Q(value__isnull=False),
                name="catalog_productattribute_choice",
            ),
            models.UniqueConstraint(
                fields=["product", "attribute"],
                condition=models.Q(value=None),
                name="catalog_productattribute_single",
            ),
        ]
        indexes = [
            # With all that facets count: ten thousand products are counted without a look at their rows.
            models.Index(
                fields=["product", "attribute", "value", "number", "bool"], name="catalog_prodattr_held"
            ),
            models.Index(
                fields=["attribute", "number", "product"],
                name="catalog_prodattr_by_number",
                condition=models.Q(number__isnull=False),
            ),
            models.Index(
                fields=["attribute", "bool", "product"],
                name="catalog_prodattr_by_bool",
                condition=models.Q(bool__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.value_id or self.number or self.bool or self.text}"
