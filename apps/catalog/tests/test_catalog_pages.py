"""Pages of the catalogue's lists."""

import pytest

from apps.catalog.tests.factories import FOUND_AS_ASKED, make_categories, make_products
from apps.core.tests.answers import problem, problem_of, refusal_of

HOST = "http://testserver"
FURTHER_MEMBERS = {"/api/v1/categories/": {}, "/api/v1/products/": FOUND_AS_ASKED}
LISTS = {
    "/api/v1/categories/": make_categories,
    "/api/v1/products/": make_products,
}

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("url", LISTS)]


def ids(page):
    return [row["id"] for row in page["results"]]


def test_page_has_twenty_rows_and_links_to_its_neighbours(api, url):
    LISTS[url](45)

    first = api.get(url).json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()

    assert (first["next"], first["previous"]) == (f"{HOST}{url}?page=2", None)
    assert (second["next"], second["previous"]) == (f"{HOST}{url}?page=3", f"{HOST}{url}")
    assert (third["next"], third["previous"]) == (None, f"{HOST}{url}?page=2")
    assert [len(ids(page)) for page in (first, second, third)] == [20, 20, 5]
    assert first["count"] == second["count"] == third["count"] == 45
    assert len({*ids(first), *ids(second), *ids(third)}) == 45


def test_links_keep_the_filters(api, url):
    LISTS[url](3)

    page = api.get(f"{url}?search=o&page_size=1&page=2").json()

    assert page["next"] == f"{HOST}{url}?page=3&page_size=1&search=o"
    assert page["previous"] == f"{HOST}{url}?page_size=1&search=o"


def test_links_name_the_host_that_was_asked(api, url, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    LISTS[url](21)

    one = api.get(url, HTTP_HOST="one.example").json()
    two = api.get(url, HTTP_HOST="two.example").json()

    assert one["next"] == f"http://one.example{url}?page=2"
    assert two["next"] == f"http://two.example{url}?page=2"


@pytest.mark.parametrize(("size", "rows"), [(1, 1), (20, 20), (100, 100)])
def test_size_is_the_wanted_one(api, url, size, rows):
    LISTS[url](101)

    assert len(ids(api.get(url, {"page_size": size}).json())) == rows


@pytest.mark.parametrize("size", ["0", "101", "-1", "many", "1.5"])
def test_size_that_is_none_is_refused(api, url, size):
    response = api.get(url, {"page_size": size}, headers={"accept-language": "en"})

    assert problem_of(response) == problem(
        400,
        "invalid_query",
        "Some query parameters are unknown or invalid.",
        errors=[{"code": "invalid", "detail": "Must be a number from 1 to 100.", "parameter": "page_size"}],
    )


@pytest.mark.parametrize("page", ["2", "0", "9" * 30])
def test_page_beyond_the_end_is_not_there(api, url, page):
    LISTS[url](1)

    response = api.get(url, {"page": page, "page_size": "100"})

    assert refusal_of(response) == (404, "not_found", [])


@pytest.mark.parametrize("page", ["last", "-1", "1.0"])
def test_page_that_is_no_number_is_refused(api, url, page):
    response = api.get(url, {"page": page})

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "page")])


def test_empty_list_has_one_page(api, url):
    response = api.get(url)

    assert response.status_code == 200
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    assert response.json() == empty | FURTHER_MEMBERS[url]
