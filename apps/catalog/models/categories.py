"""Model of categories, which form a tree."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.models.translated import Translated
from apps.catalog.search import FoldedQuerySet, FoldedTextField
from apps.core.database.key_columns import CleanCharField, KeyedModel, KeyField
from apps.core.normalization import NAME
from apps.store.models import TaxClass

MAX_DESCRIPTION_LENGTH = 10_000  # characters

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


@audited(is_shown_with_row=True)
class Category(Translated, KeyedModel):
    """A place in the shop's tree."""

    AUDITED_FIELDS = ("name", "slug", "parent", "tax_class", "description", "is_active")

    name = CleanCharField(_("name"), max_length=200)
    name_key = KeyField("name", NAME)  # which several may have: an import takes the oldest
    slug = models.SlugField(_("slug"), max_length=220, unique=True, blank=True)
    description = models.TextField(
        _("description"), blank=True, default="", validators=[MaxLengthValidator(MAX_DESCRIPTION_LENGTH)]
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    tax_class = models.ForeignKey(
        TaxClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tax class"),
        help_text=_("For its products and those of the categories below. Empty: the parent's."),
    )
    is_active = models.BooleanField(_("shown"), default=True)
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
            message = _("A category cannot be inside itself.")
            raise ValidationError({"parent": ValidationError(message, code="parent_loop")})
