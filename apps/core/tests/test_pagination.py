"""Pages of a list: 20 rows, at most 100, with the links to their neighbours."""

from urllib.parse import quote

import pytest
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.core.api.pagination.page_numbers import LongListPagination, StorePagination
from apps.core.exceptions import InvalidQuery

LIST = "http://testserver/things/"


def page_of(rows, query=""):
    """Return the page that the query asks for, of a list of that many rows."""
    request = Request(APIRequestFactory().get(f"/things/{query}"))
    pagination = StorePagination()
    page = pagination.paginate_queryset(range(1, rows + 1), request)
    return pagination.get_paginated_response(list(page)).data


def test_page_has_twenty_rows_and_knows_the_next():
    assert page_of(45) == {
        "count": 45,
        "next": f"{LIST}?page=2",
        "previous": None,
        "results": list(range(1, 21)),
    }


def test_page_in_the_middle_knows_both_neighbours():
    assert page_of(45, "?page=2") == {
        "count": 45,
        "next": f"{LIST}?page=3",
        "previous": LIST,
        "results": list(range(21, 41)),
    }


def test_last_page_has_the_rest():
    assert page_of(45, "?page=3") == {
        "count": 45,
        "next": None,
        "previous": f"{LIST}?page=2",
        "results": [41, 42, 43, 44, 45],
    }


def test_links_keep_the_rest_of_the_query():
    assert page_of(3, "?search=tea&page_size=1&page=2") == {
        "count": 3,
        "next": f"{LIST}?page=3&page_size=1&search=tea",
        "previous": f"{LIST}?page_size=1&search=tea",
        "results": [2],
    }


@pytest.mark.parametrize("query", ["", "?page=", "?page=1"])
def test_empty_list_has_one_page(query):
    assert page_of(0, query) == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize(("size", "rows"), [("1", 1), ("20", 20), ("100", 100), ("", 20)])
def test_size_is_the_wanted_one(size, rows):
    assert page_of(150, f"?page_size={size}")["results"] == list(range(1, rows + 1))


@pytest.mark.parametrize(
    "size", ["0", "101", "-1", "+5", "1.5", "1e1", "ten", " 5", "٥", "5_0", "020", "１０", "9" * 5000]
)
def test_size_that_is_none_is_refused(size):
    with pytest.raises(InvalidQuery) as refused:
        page_of(150, f"?page_size={quote(size)}")

    assert list(refused.value.errors) == ["page_size"]
    assert refused.value.errors["page_size"][0][0] == "invalid"


@pytest.mark.parametrize("page", ["-1", "1.0", "first", "last", "٢", "1_0", "0x1", " 1", "01", "00", "+1"])
def test_page_that_is_no_number_is_refused(page):
    with pytest.raises(InvalidQuery) as refused:
        page_of(150, f"?page={quote(page)}")

    assert list(refused.value.errors) == ["page"]
    assert refused.value.errors["page"][0][0] == "invalid"


@pytest.mark.parametrize("page", ["0", "3", "99999999999999999999", "9" * 5000])
def test_page_beyond_the_end_is_not_there(page):
    with pytest.raises(NotFound):
        page_of(40, f"?page={page}")


def uncounted_page_of(rows, query=""):
    """Return the page of a long list, as numbered pages without a count are made."""
    request = Request(APIRequestFactory().get(f"/things/?count=false&{query}"))
    pagination = LongListPagination()
    page = pagination.paginate_queryset(range(1, rows + 1), request)
    return pagination.get_paginated_response(page).data


@pytest.mark.parametrize(
    ("query", "following", "previous", "first", "last"),
    [
        ("", "&page=2", None, 1, 20),
        ("page=2", "&page=3", "", 21, 40),
        ("page=3", None, "&page=2", 41, 45),
    ],
)
def test_page_that_is_not_counted_knows_its_neighbours(query, following, previous, first, last):
    page = uncounted_page_of(45, query)

    assert page == {
        "next": following and f"{LIST}?count=false{following}",
        "previous": f"{LIST}?count=false{previous}" if previous is not None else None,
        "results": list(range(first, last + 1)),
    }


def test_page_that_ends_with_the_list_has_no_next():
    assert uncounted_page_of(20)["next"] is None
    assert uncounted_page_of(40, "page=2")["next"] is None
    assert uncounted_page_of(0) == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("page", ["0", "3", "1000000000", "99999999999999999999", "9" * 5000])
def test_uncounted_page_beyond_the_end_is_not_there(page):
    with pytest.raises(NotFound):
        uncounted_page_of(40, f"page={page}")


@pytest.mark.parametrize("word", ["no", "0", "False", "tru"])
def test_count_is_true_or_false(word):
    request = Request(APIRequestFactory().get(f"/things/?count={word}"))

    with pytest.raises(InvalidQuery) as refused:
        LongListPagination().paginate_queryset(range(3), request)

    assert list(refused.value.errors) == ["count"]


@pytest.mark.parametrize("word", ["", "true"])
def test_pages_are_counted_unless_it_is_said_otherwise(word):
    request = Request(APIRequestFactory().get(f"/things/?count={word}"))
    pagination = LongListPagination()
    rows = pagination.paginate_queryset(range(3), request)

    assert pagination.get_paginated_response(rows).data["count"] == 3
