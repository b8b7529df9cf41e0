"""The admin's list of categories as the tree that they are."""

from collections import defaultdict
from typing import NamedTuple, Protocol

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Count
from django.http import HttpRequest

from apps.catalog.models import Category, Product


class Place(NamedTuple):
    """Where a category stands: how many are above it, and how many products are in it and below."""

    depth: int
    products: int


class PlacedCategory(Protocol):
    """A category of the list, which the list has told its place."""

    pk: int
    name: str
    place: Place


def tree() -> dict[int, Place]:
    """Return the place of each category by its id, every one behind its parent, siblings by name.

    It takes two queries.
    """
    parents: dict[int, int | None] = {}
    children: dict[int | None, list[int]] = defaultdict(list)
    last_first = Category.objects.order_by("-name", "-pk").values_list("pk", "parent_id")
    for pk, parent in last_first:
        parents[pk] = parent
        children[parent].append(pk)
    depths: dict[int, int] = {}
    waiting = [(root, 0) for root in children[None]]
    while waiting:
        pk, depth = waiting.pop()
        depths[pk] = depth
        waiting += [(child, depth + 1) for child in children[pk]]
    products = _products_within(list(depths), parents)
    return {pk: Place(depth, products[pk]) for pk, depth in depths.items()}


class CategoryTree(ChangeList):
    """A page of the tree. What is searched, filtered or sorted by the user comes in that order instead."""

    def get_results(self, request: HttpRequest) -> None:
        """Put the page together, and tell each row its place."""
        super().get_results(request)
        places = tree()
        if not (self.query or self.get_filters_params() or self.params.get(ORDER_VAR)):
            first = (self.page_num - 1) * self.list_per_page if self.multi_page else 0
            ids = list(places)[first : first + self.list_per_page]
            rows = self.queryset.in_bulk(ids)
            self.result_list = [rows[pk] for pk in ids if pk in rows]
        for row in self.result_list:
            row.place = places.get(row.pk, Place(0, 0))  # made since


def _products_within(from_the_top: list[int], parents: dict[int, int | None]) -> dict[int | None, int]:
    within: dict[int | None, int] = defaultdict(int)
    within |= dict(Product.objects.order_by().values_list("category").annotate(Count("pk")))
    for pk in reversed(from_the_top):
        within[parents[pk]] += within[pk]
    return within
