"""Popularity: counted from the ledger of the last 30 days, written where it has changed."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.catalog import popularity
from apps.catalog.models import Product
from apps.catalog.popularity import count_popularity
from apps.catalog.stock import adjust_stock
from apps.catalog.tests.factories import make_product, make_products, put_back, take_stock
from apps.jobs.maintenance import run_maintenance

pytestmark = pytest.mark.django_db


def stored():
    return list(Product.objects.order_by("pk").values_list("popularity", flat=True))


def test_pieces_sold_less_those_returned_count(django_assert_num_queries):
    tea, mug, plate = make_products(3)
    take_stock({tea.pk: 3, mug.pk: 2})
    take_stock({tea.pk: 4})
    put_back({tea.pk: 1, mug.pk: 2})
    adjust_stock(product_id=plate.pk, delta=-5, reason="broken", created_by=None)

    assert count_popularity() == 1
    assert stored() == [6, 0, 0]
    with django_assert_num_queries(4):  # where the ids begin and end, the ledger, what is stored: no write
        assert count_popularity() == 0


def test_what_is_older_than_thirty_days_does_not_count_any_more():
    tea, mug = make_products(2)
    take_stock({tea.pk: 3})
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        take_stock({mug.pk: 2})
        count_popularity()
        assert stored() == [3, 2]
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert count_popularity() == 1
        assert stored() == [0, 2]


def test_products_are_counted_and_written_some_at_a_time(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(popularity, "COUNTED_AT_ONCE", 3)
    monkeypatch.setattr(popularity, "WRITTEN_AT_ONCE", 2)
    products = make_products(7)
    take_stock({product.pk: number for number, product in enumerate(products, start=1)})

    # The first id; of each range its end, the ledger and what is stored; five writes of four statements.
    with django_assert_num_queries(1 + 3 * 3 + 5 * 4):
        assert count_popularity() == 7

    assert stored() == [1, 2, 3, 4, 5, 6, 7]


def test_version_stays_and_lists_are_ordered_anew_at_once(api, django_capture_on_commit_callbacks):
    tea, mug = make_product(name="Tea"), make_product(name="Mug")
    take_stock({tea.pk: 1})
    address = "/api/v1/products/?ordering=-popularity"
    before = [row["id"] for row in api.get(address).json()["results"]]

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        run_maintenance()

    assert before == [mug.pk, tea.pk]
    assert [row["id"] for row in api.get(address).json()["results"]] == [tea.pk, mug.pk]
    assert len(callbacks) == 1
    updated_at = tea.updated_at
    tea.refresh_from_db()
    assert (tea.popularity, tea.updated_at) == (1, updated_at)


def test_no_products_at_all_are_fine():
    assert count_popularity() == 0
