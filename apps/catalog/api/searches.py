"""Pages of searches: the best first, and where nothing has the words, of what may have been meant."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.catalog.meant_searches import MeantSearch, meant_searches
from apps.catalog.models import Product, ProductQuerySet
from apps.catalog.product_details import for_lists
from apps.catalog.ranking import RankedProducts
from apps.catalog.search import Search
from apps.core.api.filters import ORDERING
from apps.core.api.pagination.page_numbers import LongListPagination

Rows = Sequence[Product] | None

WIDENED_TEXT = "true: no product has all words of `search`; these have their stems"
MEANT_TEXT = "What these products were found by, as no product has the words of `search`"


class ProductPagination(LongListPagination):
    """Pages of products, which say what they were found by where that is not what was asked for."""

    found_by: MeantSearch | None = None

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with what its products were found by."""
        response = super().get_paginated_response(data)
        results = response.data.pop("results")
        found_by = self.found_by
        response.data["search_widened"] = bool(found_by and found_by.is_widened)
        response.data["did_you_mean"] = found_by.meant if found_by else None
        response.data["results"] = results
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the members."""
        described = super().get_paginated_response_schema(schema)
        described["properties"] |= {
            "search_widened": {"type": "boolean", "example": False, "description": WIDENED_TEXT},
            "did_you_mean": {
                "type": "string",
                "nullable": True,
                "example": None,
                "description": MEANT_TEXT,
            },
        }
        return {**described, "required": [*described["required"], "search_widened", "did_you_mean"]}


def page_of(view: GenericViewSet[Product], found: ProductQuerySet, search: Search[ProductQuerySet]) -> Rows:
    """Return the page of a search that the request asks for, or of another search that finds something.

    Raises NotFound for a page beyond the end.
    """
    rows = _ordered(view.request, found, search)
    try:
        page = view.paginate_queryset(rows)
    except NotFound:
        if rows.exists() or (instead := _page_of_another(view, search)) is None:
            raise
        return instead
    if page or rows.exists():
        return page
    return _page_of_another(view, search) or []


def meant_rows(
    found: ProductQuerySet, *, narrowed: Callable[[ProductQuerySet], QuerySet[Product]]
) -> ProductQuerySet:
    """Return the products of a search, or where it finds none of those that are left, of the one that does.

    `narrowed` applies the filters that have not been.
    """
    search = found.search
    if search is None or narrowed(found).exists():
        return found
    others = (search.again(other.text) for other in meant_searches(search.text))
    return next((rows for rows in others if narrowed(rows).exists()), found)


def _page_of_another(view: GenericViewSet[Product], search: Search[ProductQuerySet]) -> Rows:
    """Return the page of the first search that finds something; None where none does."""
    for other in meant_searches(search.text):
        rows = _ordered(view.request, search.again(other.text), replace(search, text=other.text))
        if rows.exists():
            cast("ProductPagination", view.paginator).found_by = other
            return view.paginate_queryset(rows)
    return None


def _ordered(request: Request, found: ProductQuerySet, search: Search[ProductQuerySet]) -> Any:
    """Return the products, the best first; in their own order where the request has one.

    A cursor follows no rank: with one they are ordered by name.
    """
    parameters, shown = request.query_params, cast("ProductQuerySet", for_lists(found))
    if "cursor" in parameters or parameters.get(ORDERING) or parameters.get("ids"):
        return shown
    return RankedProducts(shown, search.text, among=search.among)
