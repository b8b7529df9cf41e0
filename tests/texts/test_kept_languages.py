"""Cached responses name the language of the caller, and contain no words of either language."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from apps.catalog.tests.factories import make_product
from apps.catalog.tests.variants import make_group
from apps.core.api.operations import operation_of
from apps.core.caching.memcached import StoreMemcached
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.languages import Shop, varies_by


@pytest.fixture(params=["embedded", pytest.param("memcached", marks=pytest.mark.memcached)])
def kept_in(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> Iterator[str]:
    """Keep answers in the cache of either kind."""
    if request.param == "embedded":
        settings.CACHES = {
            "default": {**settings.EMBEDDED_CACHE, "LOCATION": tmp_path},
            "counters": settings.EMBEDDED_COUNTERS,
        }
    assert isinstance(caches["default"], StoreMemcached) is (request.param == "memcached")
    cache.clear()
    yield request.param
    cache.clear()


TABLES = ("catalog_", "delivery_", "orders_")
# Every view method that keeps its answers, and who asks for them.
KEPT: dict[str, tuple[str, Callable[[User], str]]] = {
    "CategoryViewSet.list": ("anyone", lambda user: "/api/v1/categories/"),
    "CategoryViewSet.retrieve": ("anyone", lambda user: f"/api/v1/categories/{make_product().category_id}/"),
    "ProductViewSet.list": ("anyone", lambda user: "/api/v1/products/"),
    "ProductViewSet.retrieve": ("anyone", lambda user: f"/api/v1/products/{make_product().pk}/"),
    "ProductViewSet.retrieve_by_slug": (
        "anyone",
        lambda user: f"/api/v1/products/by-slug/{make_product().slug}/",
    ),
    "ProductGroupViewSet.retrieve": (
        "anyone",
        lambda user: f"/api/v1/product-groups/{make_group((make_product(), {})).pk}/",
    ),
    "FacetViewSet.facets": ("anyone", lambda user: "/api/v1/products/facets/"),
    "SuggestionViewSet.retrieve": ("anyone", lambda user: "/api/v1/products/suggest/?q=tea"),
    "OrderViewSet.list": ("customer", lambda user: "/api/v1/orders/"),
    "OrderViewSet.retrieve": ("customer", lambda user: f"/api/v1/orders/{make_order(user).pk}/"),
    "PickupPointViewSet.list": ("anyone", lambda user: "/api/v1/pickup-points/"),
    "StaffOrderViewSet.list": ("staff", lambda user: "/api/v1/admin/orders/"),
}

# What shows words is kept for each language apart.
BY_LANGUAGE = {name for name in KEPT if name.startswith(("Category", "Product", "Facet", "Suggestion"))}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", KEPT)
def test_kept_answer_says_the_language_of_whoever_asks(
    make_user: Callable[..., User], kept_in: str, name: str
):
    who, address_for = KEPT[name]
    shop = Shop(make_user, "")
    make_order(shop.user)
    client, address = getattr(shop, who), address_for(shop.user)

    answers = {}
    for asked in ("ru", "en", "de"):
        with CaptureQueriesContext(connection) as queries:
            answers[asked] = client.get(address, headers={"Accept-Language": asked})
        tables = {
            table
            for table in ("catalog_", "delivery_", "orders_")
            if any(table in each["sql"] for each in queries)
        }
        is_built = asked == "ru" or (asked == "en" and name in BY_LANGUAGE)
        assert bool(tables) is is_built, "The first answer is built, the others are kept."
    etag = answers["en"]["ETag"]
    unchanged = client.get(address, headers={"Accept-Language": "en", "If-None-Match": etag})

    languages = {asked: answer["Content-Language"] for asked, answer in answers.items()}
    assert languages == {"ru": "ru", "en": "en", "de": "ru"}
    assert (unchanged.status_code, unchanged["Content-Language"]) == (304, "en")
    assert all("accept-language" in varies_by(answer) for answer in [*answers.values(), unchanged])


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(KEPT.keys() - BY_LANGUAGE))
def test_what_is_kept_for_all_has_no_words_of_either_language(make_user: Callable[..., User], name: str):
    who, address_for = KEPT[name]
    shop = Shop(make_user, "")
    make_order(shop.user)
    client, address = getattr(shop, who), address_for(shop.user)

    russian = client.get(address, headers={"Accept-Language": "ru"})
    cache.clear()
    english = client.get(address, headers={"Accept-Language": "en"})

    # The cache keeps one answer of these for all languages. One with words has the language in its key.
    assert russian.content == english.content
    assert russian["ETag"] == english["ETag"]


def test_every_kept_answer_is_looked_at():
    methods = {
        f"{view.__name__}.{action}"
        for view, actions in views_of(get_resolver().url_patterns)
        for action in actions.values()
        if "Cache-Status" in operation_of(getattr(view, action)).headers.get("200", ())
    }

    assert methods - {"StaffOrderViewSet.retrieve"} == set(KEPT)


def views_of(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[type, dict[str, str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern.url_patterns)
        elif hasattr(pattern.callback, "actions"):
            yield pattern.callback.cls, pattern.callback.actions
