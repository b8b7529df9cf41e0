"""Bulks beside each other, beside orders and beside an import: no deadlock, and nothing is lost."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db.models import Sum

from apps.catalog.models import PriceChange, Product, StockMovement
from apps.catalog.product_import import import_products
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.tests.threads import at_once, rounds
from apps.integrations.rows import Row
from apps.integrations.services import move_stock, products, upsert_products
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.users.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PRODUCTS = 20
FEW = 3
MANY = pytest.param(60, marks=pytest.mark.long)


def rows_of(values: list[dict[str, Any]]) -> list[Row]:
    return [Row(f"/rows/{index}", index, each) for index, each in enumerate(values)]


def upsert(values: list[dict[str, Any]]) -> set[str]:
    results = upsert_products(rows_of(values), skip_failed=False, by=None)
    return {str(result["status"]) for result in results}


def move(values: list[dict[str, Any]]) -> None:
    move_stock(rows_of(values), reason="nightly", by=None)


def new_products(prefix: str, category: Any) -> list[dict[str, Any]]:
    return [
        {"sku": f"{prefix}-{number}", "name": "Tea", "price": Decimal(1), "category": category.pk}
        for number in range(PRODUCTS)
    ]


@pytest.fixture
def undisturbed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail when the database has taken a transaction back, even if the next attempt was good."""
    with caplog.at_level("WARNING", logger="apps.core.database.transactions"):
        yield
    assert [record.getMessage() for record in caplog.get_records("call")] == []


@pytest.mark.parametrize("turns", [FEW, MANY])
def test_of_two_bulks_of_the_same_new_products_one_creates_them(undisturbed: None, turns: int):
    category = make_category()
    for turn in rounds(turns):
        rows = new_products(f"T{turn}", category)

        found = at_once(2, lambda hand, rows=rows: upsert(rows[:: 1 if hand else -1]))

        assert sorted(found, key=sorted) == [{"created"}, {"unchanged"}]
        created = Product.objects.filter(sku__startswith=f"T{turn}-")
        assert (created.count(), created.values("slug").distinct().count()) == (PRODUCTS, PRODUCTS)


@pytest.mark.parametrize("turns", [FEW, MANY])
def test_bulks_of_new_products_called_alike_give_each_a_slug_of_its_own(undisturbed: None, turns: int):
    category = make_category()
    for turn in rounds(turns):
        found = at_once(3, lambda hand, turn=turn: upsert(new_products(f"T{turn}-{hand}", category)))

        assert found == [{"created"}] * 3
    assert Product.objects.values("slug").distinct().count() == Product.objects.count()


@pytest.mark.parametrize("turns", [FEW, MANY])
def test_two_bulks_that_change_the_same_products_follow_each_other(undisturbed: None, turns: int):
    things = make_products(PRODUCTS, price="1.00")
    for turn in rounds(turns):
        prices = [Decimal(10 + 2 * turn), Decimal(11 + 2 * turn)]

        def change(hand: int, prices: list[Decimal] = prices) -> set[str]:
            rows = [{"sku": product.sku, "price": prices[hand]} for product in things]
            return upsert(rows[:: 1 if hand else -1])

        assert at_once(2, change) == [{"updated"}] * 2
    ends = {product.pk: product.price for product in Product.objects.all()}
    assert len(set(ends.values())) == 1
    for product in things:
        history = list(PriceChange.objects.filter(product=product).order_by("pk"))
        assert [each.old_price for each in history[1:]] == [each.new_price for each in history[:-1]]
        assert history[-1].new_price == ends[product.pk]


@pytest.mark.parametrize("turns", [FEW, MANY])
def test_orders_and_moves_of_stock_lose_no_piece_beside_bulks(undisturbed: None, customer: User, turns: int):
    things = make_products(PRODUCTS, stock=1000)
    backwards = [BasketLine(product.pk, 1) for product in things[::-1]]
    for turn in rounds(turns):
        hands: list[Callable[[], Any]] = [
            lambda: place_order(user=customer, checkout=Checkout(backwards), language="ru"),
            lambda: move([{"sku": product.sku, "delta": 2} for product in things[::-1]]),
            lambda turn=turn: upsert(
                [{"sku": product.sku, "weight_g": turn + 1, "unit": "kg"} for product in things]
            ),
            lambda: move([{"sku": product.sku, "delta": 3} for product in things]),
        ]
        at_once(len(hands), lambda hand, hands=hands: hands[hand]())

    sold = Order.objects.count()
    assert set(Product.objects.values_list("stock", flat=True)) == {1000 + 4 * sold}
    ledger = StockMovement.objects.values("product").annotate(pieces=Sum("delta"))
    assert {row["pieces"] for row in ledger} == {1000 + 4 * sold}


@pytest.mark.parametrize("turns", [FEW, MANY])
def test_bulk_and_import_create_and_change_products_together(undisturbed: None, turns: int):
    category = make_category(name="Tea")
    known = make_products(PRODUCTS, category=category)
    for turn in rounds(turns):
        rows = new_products(f"T{turn}", category)
        named = [*(row["sku"] for row in rows), *(product.sku for product in known)]
        table = "\n".join(["sku,name,price,category", *(f"{sku},Leaves,{turn + 2}.00,Tea" for sku in named)])
        changed = [{"sku": product.sku, "price": Decimal(turn + 500)} for product in known]
        hands: list[Callable[[], Any]] = [
            lambda table=table: import_products(BytesIO(table.encode())).counts,
            lambda rows=rows, changed=changed: upsert([*rows, *changed][::-1]),
        ]

        counts, found = at_once(2, lambda hand, hands=hands: hands[hand]())

        assert counts.created + counts.updated == 2 * PRODUCTS
        assert found in ({"created", "updated"}, {"updated"})
    assert Product.objects.count() == (turn + 2) * PRODUCTS


def test_row_that_somebody_else_has_created_meanwhile_is_compared_again(monkeypatch: pytest.MonkeyPatch):
    category = make_category()
    others = iter([lambda: make_product(sku="T-1", price="1.00", category=category)])
    monkeypatch.setattr(products, "free_slugs", disturbed(products.free_slugs, others))
    rows = [
        {"sku": "T-1", "name": "Tea", "price": Decimal(2), "category": category.pk},
        {"sku": "T-2", "name": "Tea", "price": Decimal(2), "category": 0},
    ]

    results = upsert_products(rows_of(rows), skip_failed=True, by=None)

    assert [str(result["status"]) for result in results] == ["updated", "failed"]
    assert [fault["pointer"] for fault in results[1]["errors"]] == ["/rows/1/category"]


def disturbed(work: Callable[..., Any], others: Iterator[Callable[[], Any]]) -> Callable[..., Any]:
    """Return the work, before which somebody else does something, each once."""

    def do(*arguments: Any, **options: Any) -> Any:
        for other in others:
            at_once(1, lambda _hand, other=other: other())
        return work(*arguments, **options)

    return do
