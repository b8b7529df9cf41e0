"""Filters of the catalogue's lists."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Case, IntegerField, QuerySet, When
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.catalog.api.permissions import lists_inactive
from apps.catalog.attribute_filters import selections_of, with_selections
from apps.catalog.collapsing import collapsed
from apps.catalog.models import Category, CategoryQuerySet, Product, ProductQuerySet
from apps.catalog.search import Search, validate_search
from apps.core.api.fields import MAX_ID_DIGITS, PLAIN_WHOLE
from apps.core.api.filters import (
    BooleanFilter,
    DeepObjectFilter,
    IdFilter,
    IdListFilter,
    ListFilter,
    MoneyFilter,
    SearchFilter,
    SinceFilter,
    StableOrderingFilter,
)
from apps.core.exceptions import InvalidQuery
from apps.core.search_words import MAX_WORD_LENGTH, MAX_WORDS

ATTR_TEXT = (
    "By code of an attribute the wanted values, comma-separated: `attr[color]=red,blue`; of a number also "
    "ranges: `attr[weight]=100..500`, `100..`, `..500`. Any of the values will do; all attributes must match"
)
PRICE_MIN_TEXT, PRICE_MAX_TEXT = "Minimum price", "Maximum price"
SEARCH = "search"


class _WordsField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        validate_search(text)
        return text


class WordsFilter(SearchFilter):
    """Words to look for."""

    field_class = _WordsField

    def __init__(self, *args: Any, help_text: str, **kwargs: Any) -> None:
        limits = f"at most {MAX_WORDS} different words of up to {MAX_WORD_LENGTH} characters"
        super().__init__(*args, help_text=f"{help_text}; {limits}", **kwargs)


class ProductOrderingFilter(StableOrderingFilter):
    """An order of products; of those that sold alike the newest come first, as they lie in the index."""

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        """Return the products in the wanted order. Raises InvalidQuery."""
        return qs.order_by("-popularity", "-pk") if value == ["-popularity"] else super().filter(qs, value)


class CategoryFilter(django_filters.FilterSet):
    """Filters of the categories."""

    search = WordsFilter(method="matching", help_text="Words or parts of words in the name and description")
    parent = IdFilter(field_name="parent_id", help_text="Id of the parent category")

    def matching(self, queryset: CategoryQuerySet, name: str, value: str) -> CategoryQuerySet:
        """Return the categories that have every word."""
        return queryset.matching(value)


class ProductFilter(django_filters.FilterSet):
    """Filters of the products."""

    request: Request

    search = WordsFilter(
        method="unsearched",
        help_text="Words or parts of words in the name, SKU, description, brand, tags, options and barcode."
        " The best come first, unless `ordering` or `cursor` is given",
    )
    category = django_filters.CharFilter(
        method="in_category",
        strip=False,
        help_text="Id or slug of a category; its subcategories are included",
    )
    price_min = MoneyFilter(field_name="price", lookup_expr="gte", help_text=PRICE_MIN_TEXT)
    price_max = MoneyFilter(field_name="price", lookup_expr="lte", help_text=PRICE_MAX_TEXT)
    in_stock = BooleanFilter(method="having_stock", help_text="true: in stock; false: out of stock")
    is_active = BooleanFilter(
        field_name="is_active", help_text="For staff; false: products that are off sale"
    )
    group = IdFilter(field_name="group_id", help_text="Id of a group of variants")
    collapse = BooleanFilter(
        method="unchanged",
        help_text="true: of each group of variants only the cheapest of those listed, in stock if any is",
    )
    attr = DeepObjectFilter(method="having_attributes", help_text=ATTR_TEXT)
    ids = IdListFilter(field_name="pk", help_text="Ids of products, in the order in which they are listed")
    sku = ListFilter(method="with_skus", help_text="SKUs in any spelling")
    slug = django_filters.CharFilter(strip=False, help_text="Slug of a product")
    has_discount = BooleanFilter(
        field_name="compare_at_price",
        lookup_expr="isnull",
        exclude=True,
        help_text="true: reduced, that is with a `compare_at_price`; false: not reduced",
    )
    updated_since = SinceFilter(
        field_name="updated_at",
        help_text="Changed at or after this time; stock is no part of it. To synchronize, request "
        "`ordering=updated_at&cursor=` and follow `next` to the end",
    )
    ordering = ProductOrderingFilter(fields=["name", "price", "created_at", "updated_at", "popularity"])

    def filter_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """Return the products that pass all filters; the search, and one of each group, come last.

        Named ones keep the order of their names, unless another is wanted.
        """
        values = self.form.cleaned_data
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        if (ids := values.get("ids")) and not values.get("ordering"):
            places = [When(pk=pk, then=place) for place, pk in enumerate(dict.fromkeys(ids))]
            place = Case(*places, output_field=IntegerField())
            queryset = queryset.annotate(place=place).order_by("place", "pk")
        return self._found(cast("ProductQuerySet", queryset), values[SEARCH])

    def unsearched(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Return all products: the search comes after the other filters, to know what it looks in."""
        return queryset

    def unchanged(self, queryset: QuerySet[Product], name: str, value: bool) -> QuerySet[Product]:
        """Return all products: which of a group is to be shown depends on the other filters."""
        return queryset

    def in_category(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Return the products of the category and of those below it.

        Raises InvalidQuery for a category that does not exist.
        """
        categories = Category.objects.all() if lists_inactive(self.request) else Category.objects.on_sale()
        category_id = _named(categories, value)
        if category_id is None:
            raise InvalidQuery({name: [("does_not_exist", _("This category does not exist."))]})
        # Ids, no subquery: by them the database knows how many products to expect, and which index is best.
        tree = Category.objects.tree_of(category_id).values_list("pk", flat=True)
        return queryset.filter(category_id__in=list(tree))

    def with_skus(self, queryset: ProductQuerySet, name: str, value: Sequence[str]) -> ProductQuerySet:
        """Return the products with the skus."""
        return queryset.with_skus(value)

    def having_stock(self, queryset: QuerySet[Product], name: str, value: bool) -> QuerySet[Product]:
        """Return the products that are in stock, or those that are not."""
        return queryset.filter(stock__gt=0) if value else queryset.filter(stock=0)

    def having_attributes(
        self, queryset: QuerySet[Product], name: str, value: Mapping[str, str]
    ) -> QuerySet[Product]:
        """Return the products with the attributes.

        Raises InvalidQuery for attributes and values that nobody can filter by.
        """
        return with_selections(queryset, selections_of(value).values())

    def _found(self, products: ProductQuerySet, text: str) -> ProductQuerySet:
        """Return those that have the words; last of all one of each group, if so wanted."""
        found = products.matching(text) if text else products
        if self.form.cleaned_data.get("collapse"):
            found = cast("ProductQuerySet", collapsed(found))
        if text:
            found.search = Search(text, among=products, again=partial(self._found, products))
        return found


class FacetFilter(ProductFilter):
    """Filters of facets, which leave those of prices and attributes to the counts: each ignores its own."""

    # The library's way to leave out what is no filter.
    ordering = None  # type: ignore[assignment]
    collapse = None  # type: ignore[assignment]
    facets = django_filters.CharFilter(
        method="left_to_counts", help_text="Codes of attributes, comma-separated; by default all filters"
    )
    attr = DeepObjectFilter(method="left_to_counts", help_text=ATTR_TEXT)
    price_min = MoneyFilter(method="left_to_counts", help_text=PRICE_MIN_TEXT)
    price_max = MoneyFilter(method="left_to_counts", help_text=PRICE_MAX_TEXT)

    def left_to_counts(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        """Return all products."""
        return queryset


class SuggestionFilter(django_filters.FilterSet):
    """What is asked for while a customer types."""

    q = WordsFilter(method="unused", help_text="What was typed")


def _named(categories: QuerySet[Category], value: str) -> int | None:
    ids = categories.values_list("pk", flat=True)
    if PLAIN_WHOLE.fullmatch(value) and len(value) <= MAX_ID_DIGITS:
        # A slug can be all digits too; an id comes first.
        return ids.filter(pk=int(value)).first() or ids.filter(slug=value).first()
    return ids.filter(slug=value).first()
