"""Estimated counts: exact up to a bound, an estimate beyond it."""

import pytest

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_categories, make_products
from apps.core.database import estimated_counts
from apps.core.database.estimated_counts import Count, Sample, count_of

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]
on_postgresql = pytest.mark.postgres


@pytest.fixture
def whole_sample(monkeypatch):
    """Let a glance be at the whole table, and never be sure."""
    monkeypatch.setattr(estimated_counts, "GLANCE", Sample(percent=100, sure_rows=1_000, sure_pages=1))


@pytest.mark.parametrize("rows", [0, 1, 30])
def test_rows_up_to_the_bound_are_counted(monkeypatch, rows):
    monkeypatch.setattr(estimated_counts, "MOST_COUNTED", 30)
    make_categories(rows)

    assert count_of(Category.objects.order_by("name")) == Count(rows)


def test_rows_that_cannot_be_are_none():
    make_categories(1)

    assert count_of(Category.objects.filter(pk__in=[])) == Count(0)


@on_postgresql
def test_more_rows_than_the_bound_are_estimated_by_the_sample(monkeypatch, whole_sample):
    monkeypatch.setattr(estimated_counts, "MOST_COUNTED", 20)
    make_categories(30)

    assert count_of(Category.objects.on_sale()) == Count(30, is_exact=False)
    assert count_of(Category.objects.matching("no such category")) == Count(0)


@on_postgresql
def test_estimate_is_never_within_the_bound(monkeypatch):
    monkeypatch.setattr(estimated_counts, "MOST_COUNTED", 20)
    monkeypatch.setattr(estimated_counts, "GLANCE", Sample(percent=0.0001, sure_rows=1_000, sure_pages=1))
    make_categories(30)

    assert count_of(Category.objects.all()) == Count(21, is_exact=False)


@on_postgresql
@pytest.mark.parametrize(("pages", "count"), [(1, Count(10_001, is_exact=False)), (31, Count(30))])
def test_sample_is_believed_when_its_rows_lie_on_enough_pages(monkeypatch, pages, count):
    monkeypatch.setattr(estimated_counts, "GLANCE", Sample(percent=100, sure_rows=30, sure_pages=pages))
    make_categories(30)

    assert count_of(Category.objects.all()) == count


@on_postgresql
@pytest.mark.parametrize(
    ("worth", "rows", "pages", "count"),
    [
        (30, 30, 1, Count(10_001, is_exact=False)),
        (31, 30, 1, Count(30)),
        (30, 31, 1, Count(30)),
        (30, 30, 31, Count(30)),
    ],
)
def test_second_look_is_believed_alike_when_the_first_one_made_it_worth(
    monkeypatch, whole_sample, worth, rows, pages, count
):
    monkeypatch.setattr(estimated_counts, "WORTH_A_LOOK", worth)
    monkeypatch.setattr(estimated_counts, "LOOK", Sample(percent=100, sure_rows=rows, sure_pages=pages))
    make_categories(30)

    assert count_of(Category.objects.all()) == count


@on_postgresql
def test_list_says_that_its_count_is_an_estimate(api, monkeypatch, whole_sample):
    monkeypatch.setattr(estimated_counts, "MOST_COUNTED", 4)
    make_products(5)

    first, last = (api.get(f"/api/v1/products/?page_size=3&page={number}").json() for number in (1, 2))

    assert (first["count"], first["count_exact"], len(first["results"])) == (5, False, 3)
    assert (last["count"], "count_exact" in last, last["next"]) == (5, False, None)


def test_list_says_nothing_of_an_exact_count(api):
    make_products(5)

    page = api.get("/api/v1/products/?page_size=3").json()

    assert sorted(page) == ["count", "did_you_mean", "next", "previous", "results", "search_widened"]
    assert page["count"] == 5
