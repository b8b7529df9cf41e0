"""Positions of receipts add up to the money to the kopeck, whatever an order has been through."""

import random
from decimal import Decimal

import pytest

from apps.core.money import ZERO, tax_of
from apps.orders.models import Order, OrderItem
from apps.payments.receipts import (
    Position,
    balances,
    lines_of,
    positions_of_payment,
    positions_of_refund,
    positions_of_settlement,
)

RATES = [None, *map(Decimal, (0, 5, 7, 10, 20, 22))]


def order_of(items: list[OrderItem], *, delivery: str = "0.00", gross: bool = True, **columns) -> Order:
    """Return an order that is nowhere stored."""
    rate, price = columns.pop("delivery_rate", Decimal(22)), Decimal(delivery)
    return Order(
        delivery_name="Курьер",
        delivery_price=price,
        delivery_tax_rate=rate,
        delivery_tax=tax_of(price, rate, included=gross),
        prices_include_tax=gross,
        **columns,
    )


def item(
    price: str, quantity: int, *, rate: str | None = "22", discount: str = "0", gross: bool = True, **columns
) -> OrderItem:
    tax_rate, off = None if rate is None else Decimal(rate), Decimal(discount)
    amount = Decimal(price) * quantity - off
    return OrderItem(
        product_id=columns.pop("product_id", 1),
        product_name=columns.pop("name", "Кружка"),
        quantity=quantity,
        price=Decimal(price),
        discount=off,
        tax_rate=tax_rate,
        tax_amount=tax_of(amount, tax_rate, included=gross),
        **columns,
    )


def shown(positions: list[Position]) -> list[tuple]:
    return [(each.name, each.quantity, str(each.price), each.is_service) for each in positions]


def total(positions: list[Position]) -> Decimal:
    return sum((each.total for each in positions), start=ZERO)


def test_discount_that_cannot_be_divided_makes_two_positions_of_a_line():
    items = [item("100.00", 3, discount="0.01"), item("50.00", 1, product_id=2, name="Чай")]
    positions = positions_of_payment(lines_of(order_of(items, delivery="350.00"), items), Decimal("699.99"))

    assert shown(positions) == [
        ("Кружка", 1, "99.99", False),
        ("Кружка", 2, "100.00", False),
        ("Чай", 1, "50.00", False),
        ("Курьер", 1, "350.00", True),
    ]


def test_tax_on_top_is_a_part_of_the_price():
    items = [item("100.00", 2, gross=False)]
    order = order_of(items, delivery="100.00", gross=False)
    positions = positions_of_payment(lines_of(order, items), Decimal("366.00"))

    assert shown(positions) == [("Кружка", 2, "122.00", False), ("Курьер", 1, "122.00", True)]


def test_payment_of_a_part_is_shared_among_the_lines():
    items = [item("100.00", 1), item("50.00", 1, product_id=2, name="Чай")]
    positions = positions_of_payment(lines_of(order_of(items), items), Decimal("100.00"))

    assert shown(positions) == [("Кружка", 1, "66.67", False), ("Чай", 1, "33.33", False)]


def test_what_was_cancelled_before_is_not_paid_for():
    items = [item("100.00", 3, cancelled_quantity=1), item("50.00", 1, product_id=2, cancelled_quantity=1)]
    positions = positions_of_payment(lines_of(order_of(items), items), Decimal("200.00"))

    assert shown(positions) == [("Кружка", 2, "100.00", False)]


def test_fee_for_an_order_that_came_back_whole_is_of_all_its_lines():
    items = [item("100.00", 1, shipped_quantity=1, returned_quantity=1)]
    positions = positions_of_payment(lines_of(order_of(items), items), Decimal("30.00"))

    assert shown(positions) == [("Кружка", 1, "30.00", False)]


def test_line_that_costs_nothing_is_no_position():
    items = [
        item("100.00", 1),
        item("50.00", 1, product_id=2, discount="50.00"),
        item("0.01", 3, product_id=3),
    ]
    items[2].discount = Decimal("0.02")
    positions = positions_of_payment(lines_of(order_of(items), items), Decimal("100.01"))

    assert shown(positions) == [("Кружка", 1, "100.00", False), ("Кружка", 1, "0.01", False)]


def test_refund_is_of_the_pieces_that_came_back():
    items = [item("100.00", 3), item("50.00", 1, product_id=2, name="Чай")]
    order = order_of(items, delivery="350.00")
    sold = positions_of_payment(lines_of(order, items), Decimal("700.00"))
    items[0].returned_quantity = 2
    refund = positions_of_refund(balances(lines_of(order, items), sold, []), Decimal("200.00"))
    assert shown(refund) == [("Кружка", 2, "100.00", False)]

    items[0].returned_quantity, items[1].returned_quantity = 3, 1
    order.delivery_credited = Decimal("350.00")
    rest = positions_of_refund(balances(lines_of(order, items), sold, refund), Decimal("500.00"))
    assert shown(rest) == [
        ("Кружка", 1, "100.00", False),
        ("Чай", 1, "50.00", False),
        ("Курьер", 1, "350.00", True),
    ]


def test_allowance_lowers_prices_and_takes_no_piece_back():
    items = [item("100.00", 3)]
    order = order_of(items)
    sold = positions_of_payment(lines_of(order, items), Decimal("300.00"))
    allowance = positions_of_refund(balances(lines_of(order, items), sold, []), Decimal("100.00"))
    assert [(each.quantity, str(each.price), each.is_discount) for each in allowance] == [(1, "100.00", True)]

    items[0].returned_quantity = 2
    returned = positions_of_refund(balances(lines_of(order, items), sold, allowance), Decimal("150.00"))
    assert [(each.quantity, str(each.price), each.is_discount) for each in returned] == [(2, "75.00", False)]


def test_hand_over_is_of_what_is_left():
    items = [item("100.00", 3), item("50.00", 1, product_id=2, name="Чай")]
    order = order_of(items)
    sold = positions_of_payment(lines_of(order, items), Decimal("350.00"))
    items[0].cancelled_quantity = 1  # whose refund is still to be receipted
    settled = positions_of_settlement(balances(lines_of(order, items), sold, []), Decimal("250.00"))
    assert shown(settled) == [("Кружка", 2, "100.00", False), ("Чай", 1, "50.00", False)]

    refund = positions_of_refund(balances(lines_of(order, items), sold, []), Decimal("100.00"))
    settled = positions_of_settlement(balances(lines_of(order, items), sold, refund), Decimal("250.00"))
    assert shown(settled) == [("Кружка", 2, "100.00", False), ("Чай", 1, "50.00", False)]


def test_position_is_read_as_it_was_stored():
    for rate in ("22.00", "0.00", None):
        position = Position(
            "Чай", 2, Decimal("10.50"), rate and Decimal(rate), product_id=7, is_discount=True
        )
        assert Position.from_json(position.as_json()) == position


def random_order(rnd: random.Random) -> tuple[Order, list[OrderItem], Decimal]:
    gross = rnd.random() < 0.6
    items = []
    for number in range(1, rnd.randint(2, 8)):
        price, quantity = Decimal(rnd.choice([1, rnd.randint(1, 999_999)])) / 100, rnd.randint(1, 20)
        off = Decimal(rnd.choice([0, rnd.randint(0, int(price * quantity * 100))])) / 100
        rate = rnd.choice(RATES)
        items.append(
            item(
                str(price),
                quantity,
                rate=None if rate is None else str(rate),
                discount=str(off),
                gross=gross,
                product_id=number,
            )
        )
    delivery = str(Decimal(rnd.choice([0, rnd.randint(0, 90_000)])) / 100)
    order = order_of(items, delivery=delivery, gross=gross, delivery_rate=rnd.choice(RATES))
    return order, items, sum((line.value for line in lines_of(order, items)), start=ZERO)


@pytest.mark.parametrize("lives", [500, pytest.param(5_000, marks=pytest.mark.long)])
def test_random_lives_of_orders_add_up_on_every_receipt(lives):
    rnd = random.Random(lives)
    for _ in range(lives):
        order, items, due = random_order(rnd)
        paid = max(Decimal("0.01"), due if rnd.random() < 0.7 else due * rnd.randint(1, 99) / 100)
        paid = paid.quantize(Decimal("0.01"))
        if due <= 0:
            continue
        sold = positions_of_payment(lines_of(order, items), paid)
        assert total(sold) == paid
        assert all(each.price > 0 and each.quantity > 0 for each in sold)
        returned: list[Position] = []
        while rnd.random() < 0.7 and (left := paid - total(returned)):
            for each in items:
                each.returned_quantity = rnd.randint(each.returned_quantity or 0, each.quantity)
            if rnd.random() < 0.2:
                order.delivery_credited = lines_of(order, items)[-1].value
            amount = rnd.choice([left, Decimal(rnd.randint(1, int(left * 100))) / 100])
            of_lines = balances(lines_of(order, items), sold, returned)
            refund = positions_of_refund(of_lines, amount)
            assert total(refund) == amount
            assert all(each.price > 0 for each in refund)
            returned += refund
            assert all(
                each.sold >= each.returned for each in balances(lines_of(order, items), sold, returned)
            )
        if left := paid - total(returned):
            settled = Decimal(rnd.randint(1, int(left * 100))) / 100
            for amount in (left, settled):
                positions = positions_of_settlement(balances(lines_of(order, items), sold, returned), amount)
                assert total(positions) == amount
