"""Texts of products and categories in the language of whoever reads them, read along with the rows."""

from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from apps.catalog.models import Category, CategoryTranslation, ProductTranslation

CATEGORY_TEXTS = ("name", "description")
PRODUCT_TEXTS = (*CATEGORY_TEXTS, "meta_title", "meta_description")


def present_language() -> str:
    """Return the language of now, as translations name it."""
    language = get_language()
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def product_texts(*fields: str, language: str = "") -> Subquery:
    """Return an expression for the `texts` of products: these fields, in the language of now or another.

    The database looks them up by an index for the rows that it returns. A count leaves them out.
    """
    return _texts(ProductTranslation.objects.filter(product=OuterRef("pk")), fields, language)


def with_texts(categories: QuerySet[Category]) -> QuerySet[Category]:
    """Return the categories with their `texts` in the language of now."""
    rows = CategoryTranslation.objects.filter(category=OuterRef("pk"))
    return categories.annotate(texts=_texts(rows, CATEGORY_TEXTS))  # type: ignore[no-redef]  # None elsewhere


def load_category_names() -> dict[tuple[int, str], str]:
    """Read the names that categories have in further languages, by category and language."""
    rows = CategoryTranslation.objects.exclude(name="").values_list("category_id", "language", "name")
    return {(category_id, language): name for category_id, language, name in rows}


def _texts(rows: QuerySet[Any], fields: tuple[str, ...], language: str = "") -> Subquery:
    of_language = rows.filter(language=language or present_language())
    return Subquery(of_language.values(texts=JSONObject(**{field: field for field in fields}))[:1])
