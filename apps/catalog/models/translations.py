"""Models of texts in further languages: what a product has none of is said in its own words."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.categories import MAX_DESCRIPTION_LENGTH, Category
from apps.catalog.models.products import MAX_META_DESCRIPTION_LENGTH, Product
from apps.core.database.querysets import SignallingQuerySet


class ProductTranslation(models.Model):
    """The texts of a product in a language; an empty one falls back to the product's own."""

    product = models.ForeignKey(
        Product,
        models.CASCADE,
        related_name="translations",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("product"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    meta_title = models.CharField(_("title for search engines"), max_length=255, blank=True, default="")
    meta_description = models.CharField(
        _("description for search engines"),
        max_length=MAX_META_DESCRIPTION_LENGTH,
        blank=True,
        default="",
    )

    objects = SignallingQuerySet["ProductTranslation"].as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ("language",)
        constraints = [
            models.UniqueConstraint(fields=["product", "language"], name="catalog_producttranslation_once")
        ]

    def __str__(self) -> str:
        return self.name or self.language


class CategoryTranslation(models.Model):
    """The texts of a category in a language; an empty one falls back to the category's own."""

    category = models.ForeignKey(
        Category,
        models.CASCADE,
        related_name="translations",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("category"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )

    objects = SignallingQuerySet["CategoryTranslation"].as_manager()

    class Meta:
        verbose_name = _("translation of a category")
        verbose_name_plural = _("translations of categories")
        ordering = ("language",)
        constraints = [
            models.UniqueConstraint(fields=["category", "language"], name="catalog_categorytranslation_once")
        ]

    def __str__(self) -> str:
        return self.name or self.language
