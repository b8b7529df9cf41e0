"""The services that move stock: all or nothing, under one lock, in one order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import stock
from apps.catalog.exceptions import InsufficientStock, ProductUnavailable, Shortage, StockOutOfRange
from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import (
    ORDER_ID,
    make_category,
    make_product,
    make_products,
    put_back,
    take_stock,
)
from apps.core.tests.threads import at_once

UNKNOWN = 10**15  # an id that no row has

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def stocks_of(*products):
    by_id = dict(Product.objects.values_list("pk", "stock"))
    return [by_id[product.pk] for product in products]


def test_stock_is_taken():
    mug, lamp = make_product(stock=5), make_product(stock=3)

    take_stock({mug.pk: 2, lamp.pk: 3})

    assert stocks_of(mug, lamp) == [3, 0]
    sold = StockMovement.objects.filter(kind="sold")
    assert set(sold.values_list("product", "delta", "stock", "order_id")) == {
        (mug.pk, -2, 3, ORDER_ID),
        (lamp.pk, -3, 0, ORDER_ID),
    }


def test_every_shortage_is_told_and_nothing_is_taken():
    mug, lamp, cup = make_product(stock=5), make_product(stock=1), make_product(stock=0)

    with pytest.raises(InsufficientStock) as refused:
        take_stock({mug.pk: 2, lamp.pk: 3, cup.pk: 1})

    assert refused.value.shortages == [
        Shortage(product_id=lamp.pk, available=1, requested=3),
        Shortage(product_id=cup.pk, available=0, requested=1),
    ]
    assert stocks_of(mug, lamp, cup) == [5, 1, 0]


def test_what_is_not_on_sale_is_told_before_any_shortage():
    mug, short = make_product(stock=5), make_product(stock=0)
    inactive = make_product(is_active=False)
    hidden = make_product(category=make_category(parent=make_category(is_active=False)))

    with pytest.raises(ProductUnavailable) as refused:
        take_stock({mug.pk: 1, short.pk: 1, inactive.pk: 1, hidden.pk: 1, UNKNOWN: 1})

    assert refused.value.product_ids == {inactive.pk, hidden.pk, UNKNOWN}
    assert stocks_of(mug) == [5]


def test_stock_comes_back_even_to_what_is_no_longer_on_sale():
    mug, inactive = make_product(stock=5), make_product(stock=1, is_active=False)

    put_back({mug.pk: 2, inactive.pk: 4})

    assert stocks_of(mug, inactive) == [7, 5]


def test_counted_stock_is_set_and_only_what_changed_is_recorded():
    mug, lamp, cup = make_product(stock=5), make_product(stock=5), make_product(stock=5)

    stock.set_stock({mug.pk: 8, lamp.pk: 5, cup.pk: 0}, reason="count")

    assert stocks_of(mug, lamp, cup) == [8, 5, 0]
    adjusted = StockMovement.objects.filter(kind="adjusted")
    assert set(adjusted.values_list("product", "delta", "stock", "reason", "created_by")) == {
        (mug.pk, 3, 8, "count", None),
        (cup.pk, -5, 0, "count", None),
    }


@pytest.mark.parametrize("delta", [-6, 2**31 - 5])
def test_adjustment_beyond_the_bounds_is_refused(staff, delta):
    mug = make_product(stock=5)

    with pytest.raises(StockOutOfRange) as refused:
        stock.adjust_stock(product_id=mug.pk, delta=delta, reason="count", created_by=staff)

    assert (refused.value.stock, refused.value.delta) == (5, delta)
    assert stocks_of(mug) == [5]
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_adjustment_of_an_unknown_product_is_refused(staff):
    with pytest.raises(Product.DoesNotExist):
        stock.adjust_stock(product_id=UNKNOWN, delta=1, reason="count", created_by=staff)

    assert not StockMovement.objects.exclude(kind="received").exists()


@pytest.mark.parametrize("action", [take_stock, put_back])
def test_number_of_queries_does_not_grow_with_the_products(action):
    def queries_of(number):
        products = make_products(number, stock=5)
        with CaptureQueriesContext(connection) as queries:
            action({product.pk: 1 for product in products})
        return len(queries)

    assert queries_of(2) == queries_of(1103)


@pytest.mark.postgres
def test_products_are_locked_in_the_order_of_their_ids():
    first, second = make_product(), make_product()

    with CaptureQueriesContext(connection) as queries:
        take_stock({second.pk: 1, first.pk: 1})

    lock = next(query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"])
    assert 'ORDER BY "catalog_product"."id" ASC' in lock


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixteen_hands_take_no_more_than_there_is():
    mug = make_product(stock=10)

    def take_one(_hand):
        try:
            take_stock({mug.pk: 1})
        except InsufficientStock:
            return "short"
        return "taken"

    outcomes = at_once(16, take_one)

    assert (outcomes.count("taken"), outcomes.count("short")) == (10, 6)
    assert stocks_of(mug) == [0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_adjustments_at_the_same_time_add_up(staff):
    mug = make_product(stock=0)

    movements = at_once(
        12, lambda _hand: stock.adjust_stock(product_id=mug.pk, delta=1, reason="count", created_by=staff)
    )

    assert stocks_of(mug) == [12]
    assert sorted(movement.stock for movement in movements) == list(range(1, 13))
    assert StockMovement.objects.exclude(kind="received").count() == 12
