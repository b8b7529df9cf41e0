"""Public responses given out early: with the same headers and bytes as by the view, and as fresh."""

import pytest
from django.conf import settings as store_settings
from rest_framework.test import APIClient

from apps.catalog.services import update_product
from apps.catalog.tests.factories import make_product
from apps.core.caching import middleware

PRODUCTS, CATEGORIES = "/api/v1/products/", "/api/v1/categories/"
EARLY = "apps.core.caching.middleware.PublicCacheMiddleware"
NOT_COMPARED = {"X-Request-ID"}


class Passed:
    """Middleware that counts what was not answered before it."""

    count = 0

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        type(self).count += 1
        return self.get_response(request)


@pytest.fixture
def passed(settings, db):
    """Count the requests that come to the view's own way."""
    position = store_settings.MIDDLEWARE.index(EARLY) + 1
    settings.MIDDLEWARE = [
        *store_settings.MIDDLEWARE[:position],
        f"{__name__}.Passed",
        *store_settings.MIDDLEWARE[position:],
    ]
    Passed.count = 0
    return Passed


def shown(response):
    headers = {name: value for name, value in response.items() if name not in NOT_COMPARED}
    return response.status_code, headers, response.content


@pytest.mark.parametrize("language", ["en", "ru", "de", None])
@pytest.mark.parametrize("origin", ["https://shop.example", "https://stranger.example", None])
@pytest.mark.parametrize("is_known", [False, True])
def test_early_answer_is_that_of_the_view(passed, settings, language, origin, is_known):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    product = make_product()
    headers = {"Accept-Language": language, "Origin": origin}
    sent = {name: value for name, value in headers.items() if value}
    for path in (PRODUCTS, f"{PRODUCTS}{product.pk}/", f"{PRODUCTS}?search=x&page=1", CATEGORIES):
        api = APIClient()
        built = api.get(path, headers=sent)
        known = {"If-None-Match": built["ETag"]} if is_known else {}
        by_the_view = APIClient().get(path, headers=sent | known)
        api.get(path, headers=sent)
        before = passed.count

        early = api.get(path, headers=sent | known)

        assert passed.count == before
        assert early.status_code == (304 if is_known else 200)
        assert shown(early) == shown(by_the_view)
        assert early["Cache-Status"] == "OnlineStore; hit"
        assert len(early["X-Request-ID"]) == 32


def test_change_shows_in_the_next_answer(passed, django_capture_on_commit_callbacks):
    product = make_product(name="Old")
    api, path = APIClient(), f"{PRODUCTS}{product.pk}/"
    names = [api.get(path).json()["name"] for _ in range(3)]
    assert passed.count == 2

    with django_capture_on_commit_callbacks(execute=True):
        update_product(product.pk, name="New")

    assert names == ["Old"] * 3
    assert api.get(path).json()["name"] == "New"
    assert api.get(path).json()["name"] == "New"
    assert passed.count == 3


def test_other_product_is_answered_early_by_what_the_first_has_shown(passed):
    first, second = make_product(), make_product()
    api, view = APIClient(), APIClient()
    for _ in range(2):
        api.get(f"{PRODUCTS}{first.pk}/")
    view.get(f"{PRODUCTS}{second.pk}/")
    before = passed.count

    early = api.get(f"{PRODUCTS}{second.pk}/")

    assert passed.count == before
    assert early.json()["id"] == second.pk


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"If-Match": '"1"'},
        {"Accept": "text/html"},
    ],
    ids=str,
)
def test_what_only_the_view_can_answer_is_left_to_it(passed, headers):
    make_product()
    api = APIClient()
    for _ in range(3):
        api.get(PRODUCTS)
    before = passed.count

    responses = [api.get(PRODUCTS, headers=headers) for _ in range(2)]

    assert passed.count == before + 2
    assert {response.status_code for response in responses} <= {200, 401, 406, 412}


def test_query_that_is_refused_is_never_answered_early(passed):
    api = APIClient()

    answers = [api.get(f"{PRODUCTS}?colour=red").status_code for _ in range(3)]

    assert answers == [400] * 3
    assert passed.count == 3


def test_stranger_s_headers_do_not_fill_the_memory(passed, monkeypatch):
    monkeypatch.setattr(middleware, "MAX_PATTERNS", 3)
    make_product()
    api = APIClient()
    for number in range(10):
        for _ in range(2):
            api.get(PRODUCTS, headers={"Accept-Language": f"en;q=0.{number}"})
    handler = api.handler
    early = next(cell for cell in _chain(handler) if isinstance(cell, middleware.PublicCacheMiddleware))

    assert len(early._learned) <= 3


def _chain(handler):
    link = handler._middleware_chain
    while link is not None:
        link = getattr(link, "__wrapped__", link)
        yield link
        link = getattr(link, "get_response", None)
