"""`verify_stock` finds every piece that stock, ledger and orders do not agree on."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.template.defaultfilters import pluralize
from django.test.utils import CaptureQueriesContext

from apps.catalog import stock
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.orders.models import Order, OrderItem
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mug(customer: User, staff: User) -> Product:
    """Return a product with a past: received, sold, returned, adjusted, counted."""
    mug = make_product(stock=100, sku="MUG")
    make_order(customer, {mug: 3, make_product(): 1})
    make_order_in("cancelled", customer, {mug: 5}, moved_by=staff)
    make_order_in("shipped", customer, {mug: 7}, moved_by=staff)
    stock.adjust_stock(product_id=mug.pk, delta=-10, reason="broken", created_by=staff)
    stock.count_stock(product_id=mug.pk, count=85, last_seen=80, reason="count", created_by=staff)
    return mug


def verified(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the differences that the command prints."""
    with pytest.raises(CommandError) as failed:
        call_command("verify_stock")
    lines = capsys.readouterr().err.splitlines()
    assert (
        str(failed.value)
        == f"{len(lines)} difference{pluralize(len(lines))} between stock, ledger and orders."
    )
    return lines


def written(query: str, *values: object) -> None:
    """Write past the ORM, as only a mistake or a break-in does."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)


def test_true_story_has_no_differences(mug: Product, capsys: pytest.CaptureFixture[str]):
    call_command("verify_stock")

    assert capsys.readouterr().out == "Stock, ledger and orders agree.\n"
    mug.refresh_from_db()
    assert mug.stock == 85


def test_stock_without_a_movement_is_found(mug: Product, capsys: pytest.CaptureFixture[str]):
    Product.objects.filter(pk=mug.pk).update(stock=84)

    assert verified(capsys) == [f"stock of product {mug.pk} (MUG), by its ledger: 85 expected, 84 found"]


def test_movement_that_is_gone_is_found(mug: Product, capsys: pytest.CaptureFixture[str]):
    gone, after = mug.stock_movements.order_by("pk")[2:4]
    written("DELETE FROM catalog_stockmovement WHERE id = %s", gone.pk)

    assert verified(capsys) == [
        f"stock of product {mug.pk} (MUG), by its ledger: 90 expected, 85 found",
        f"stock after movement {after.pk} of product {mug.pk}: 102 expected, 97 found",
        f"pieces of product {mug.pk} in order {gone.order_id}, by the ledger: 0 expected, -5 found",
    ]


def test_line_without_a_movement_is_found(mug: Product, customer: User, capsys: pytest.CaptureFixture[str]):
    order = Order.objects.create(user=customer, total_price=1, currency="RUB", language="ru")
    OrderItem.objects.create(order=order, product=mug, product_name="x", sku="x", quantity=2, price=1)

    assert verified(capsys) == [
        f"pieces of product {mug.pk} in order {order.pk}, by the ledger: 2 expected, 0 found"
    ]


def test_cancelled_order_that_kept_its_pieces_is_found(
    mug: Product, customer: User, capsys: pytest.CaptureFixture[str]
):
    order = make_order(customer, {mug: 2})
    Order.objects.filter(pk=order.pk).update(status="cancelled")

    assert verified(capsys) == [
        f"pieces of product {mug.pk} in order {order.pk}, by the ledger: 0 expected, 2 found"
    ]


def test_pieces_returned_twice_are_found(
    mug: Product, customer: User, staff: User, capsys: pytest.CaptureFixture[str]
):
    order = make_order(customer, {mug: 2})
    moved(order, "cancelled", by=staff)
    stock.return_stock({mug.pk: 2}, order_id=order.pk, by=staff)

    assert verified(capsys) == [
        f"pieces of product {mug.pk} in order {order.pk}, by the ledger: 0 expected, -2 found"
    ]


def test_number_of_questions_does_not_grow_with_the_store(customer: User):
    counts = []
    for _size in range(2):
        for _order in range(5):
            make_order(customer)
        with CaptureQueriesContext(connection) as queries:
            call_command("verify_stock")
        counts.append(len(queries))

    assert counts[0] == counts[1]
