"""Random orders with everything on cost what the rules say, in quotes as in orders, to the cent."""

import random
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.orders.api.serializers import PlaceOrderInput
from apps.orders.checkout import quote_order
from apps.orders.models import Order, OrderDiscount
from apps.orders.order_reconciliation import order_differences
from apps.orders.tests.random_shops import RandomShop, ShopMaker, random_body
from apps.orders.tests.reference_prices import Reckoner, ReferencePrice
from apps.promotions.models import Redemption
from apps.users.models import User

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
SAME = ("items_total", "discount_total", "delivery_price", "delivery_discount", "tax_total", "total_price")
SAME += ("prices_include_tax", "currency", "discounts", "taxes", "delivery")
LINE = ("product_id", "product_name", "sku", "quantity", "price", "total", "discount", "amount")
LINE += ("tax_rate", "tax_amount")
# Each in a shop of its own: baskets of which the price is reckoned; those that are ordered, too.
FEW = [pytest.param(seed, 40, 8, id=f"shop-{seed}") for seed in range(3)]
MANY = [pytest.param(seed, 200, 20, id=f"shop-{seed}", marks=pytest.mark.long) for seed in range(100, 150)]

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(settings, request) -> RandomShop:
    """Return a random shop, and set the store up like it."""
    shop = ShopMaker(random.Random(request.getfixturevalue("seed"))).make()
    settings.STORE_TAX_CLASS = "standard"
    settings.PRICES_INCLUDE_TAX = shop.gross
    settings.TAX_DESTINATION = "destination" if shop.to_destination else "origin"
    return shop


@pytest.mark.parametrize(("seed", "baskets", "orders"), [*FEW, *MANY])
def test_any_order_costs_what_the_rules_say(
    customer_api: APIClient, customer: User, shop: RandomShop, seed: int, baskets: int, orders: int
):
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for number in range(baskets):
        body = random_body(shop, chance)
        expected = Reckoner(shop, body).reckon()
        serializer = PlaceOrderInput(data=body, context={"own_addresses": None})
        serializer.is_valid(raise_exception=True)

        quote = quote_order(user=customer, checkout=serializer.checkout())

        assert_priced(quote.assessment.priced, expected)
        found = [(problem.code, getattr(problem, "reason", None)) for problem in quote.problems]
        assert found == expected.refusals
        outcomes[found[0][0] if found else "fine"] += 1
        if number < orders:
            place(customer_api, body, expected)

    assert outcomes["fine"] > baskets / 6
    assert list(order_differences()) == []


def assert_priced(priced: Any, expected: ReferencePrice) -> None:
    """Compare every figure, and check that the parts add up."""
    lines = {line.product.pk: line for line in priced.lines}
    assert {pk: line.discount for pk, line in lines.items()} == expected.discount
    assert {pk: (line.tax_rate, line.tax_amount) for pk, line in lines.items()} == expected.tax
    assert sum(line.total for line in lines.values()) == priced.items_total == sum(expected.base.values())
    assert all(0 <= line.discount <= line.total for line in lines.values())
    applied = [(each.promotion_id, each.kind, each.target, each.amount) for each in priced.discounts]
    assert applied == expected.applied
    shares: dict[int, Decimal] = defaultdict(Decimal)
    for discount in priced.goods.applied:
        assert sum(discount.allocation.values()) == discount.amount > 0
        for pk, share in discount.allocation.items():
            assert share > 0
            shares[pk] += share
    assert shares == {pk: discount for pk, discount in expected.discount.items() if discount}
    assert priced.discount_total == sum(shares.values())
    delivery = priced.delivery
    told = (delivery.price, delivery.discount, delivery.tax_rate, delivery.tax_amount) if delivery else None
    assert told == expected.delivery
    assert (priced.tax_total, priced.total_price) == (expected.tax_total, expected.total)
    assert sum(row.amount for row in priced.taxes) == priced.tax_total


def place(client: APIClient, body: dict, expected: ReferencePrice) -> None:
    """Quote and order the body; both say the same."""
    quote, before = client.post(QUOTE, body).json(), Order.objects.count()

    placed = client.post(ORDERS, body | {"expected_total": quote["total_price"]})

    if expected.refusals:
        assert (placed.status_code, placed.json()["code"]) == (400, expected.refusals[0][0])
        first = quote["problems"][0]
        assert {name: placed.json()[name] for name in first} == first
        assert Order.objects.count() == before
        return
    assert placed.status_code == 201
    order = placed.json()
    assert {name: order[name] for name in SAME} == {name: quote[name] for name in SAME}
    assert [{name: line[name] for name in LINE} for line in order["items"]] == [
        {name: line[name] for name in LINE} for line in quote["items"]
    ]
    assert client.get(f"{ORDERS}{order['id']}/").json() == order
    assert order["total_price"] == f"{expected.total:.2f}"
    is_given = expected.total == 0 and "payment_method" in body
    assert (order["status"], order["payment_status"]) == (
        "processing" if is_given else "pending",
        "unpaid" if expected.total else "not_due",
    )
    stored = OrderDiscount.objects.filter(order=order["id"])
    assert [(each.promotion_id, each.kind, each.target, each.amount) for each in stored] == expected.applied
    is_used = any(kind == "coupon" for _pk, kind, _target, _amount in expected.applied)
    assert Redemption.objects.filter(order_id=order["id"]).count() == is_used
