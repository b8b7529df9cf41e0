"""Positions of fiscal receipts (54-FZ): what of an order a sum of money is for. Pure arithmetic, no I/O.

A receipt says to the kopeck what was paid or given back. The sum need not be that of the lines: something may
be paid already, or an allowance was given. Then it is shared among the lines by what they cost, by largest
remainder, as discounts are.

Receipts of refunds say what came back since the last one, at its price on the receipt of the payment. What is
given back beyond that (an allowance) lowers the prices of the rest: such a position is one piece with
`is_discount`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Self

from django.utils.translation import gettext

from apps.core.money import ZERO, allocate, part_of, unit_prices
from apps.orders.models import Order, OrderItem
from apps.orders.statuses import OrderStatus
from apps.payments.providers.base import ReceiptPosition

DELIVERY = None  # in the place of a product's id


@dataclass(frozen=True)
class Position(ReceiptPosition):
    """A position of a receipt, and of which line it is."""

    product_id: int | None = DELIVERY
    is_discount: bool = False

    @property
    def total(self) -> Decimal:
        """Return what all its pieces cost."""
        return self.price * self.quantity

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        rate = None if self.tax_rate is None else str(self.tax_rate)
        return {**asdict(self), "price": str(self.price), "tax_rate": rate}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return it as it was stored."""
        rate = stored["tax_rate"]
        numbers = {"price": Decimal(stored["price"]), "tax_rate": None if rate is None else Decimal(rate)}
        return cls(**{**stored, **numbers})


@dataclass(frozen=True)
class Line:
    """A line of an order as receipts see it, delivery too: tax on top is a part of what it costs.

    `credited` are pieces that were cancelled or came back, `credited_value` what they cost.
    """

    product_id: int | None
    name: str
    tax_rate: Decimal | None
    quantity: int
    value: Decimal
    credited: int
    credited_value: Decimal

    def positions(self, amount: Decimal, pieces: int, *, is_discount: bool = False) -> list[Position]:
        """Return at most two positions of so many pieces for the amount; none costs nothing."""
        return [
            Position(
                name=self.name,
                quantity=count,
                price=price,
                tax_rate=self.tax_rate,
                is_service=self.product_id is DELIVERY,
                product_id=self.product_id,
                is_discount=is_discount,
            )
            for count, price in unit_prices(amount, pieces)
            if price
        ]


@dataclass(frozen=True)
class Balance:
    """What of a line stands on the receipts of one payment: sold, and taken back by refunds since."""

    line: Line
    sold: Decimal
    pieces: int  # sold
    returned: Decimal
    returned_pieces: int

    @property
    def left(self) -> Decimal:
        """Return the money that was not taken back."""
        return max(ZERO, self.sold - self.returned)

    @property
    def pieces_left(self) -> int:
        """Return the pieces that did not come back; what costs something is one piece at least."""
        return max(1, self.pieces - self.returned_pieces)

    @property
    def pieces_to_take_back(self) -> int:
        """Return the pieces that were credited since they were sold, and are on no receipt of a refund."""
        before = self.line.quantity - self.pieces
        back = self.line.credited - before - self.returned_pieces
        return max(0, min(back, self.pieces - self.returned_pieces))

    @property
    def value_to_take_back(self) -> Decimal:
        """Return what came back costs on the receipt of the payment."""
        if self.line.product_id is DELIVERY:
            return min(self.left, max(ZERO, self.line.credited_value - self.returned))
        if not self.pieces:
            return ZERO
        pieces = self.pieces_to_take_back
        return min(self.left, part_of(self.sold, self.pieces, before=self.returned_pieces, pieces=pieces))


def lines_of(order: Order, items: Iterable[OrderItem]) -> list[Line]:
    """Return the lines of the order, delivery last."""
    lines = [_line_of(order, item) for item in items]
    paid = order.delivery_price - order.delivery_discount
    value = paid if order.prices_include_tax else paid + order.delivery_tax
    lines.append(
        Line(
            product_id=DELIVERY,
            name=order.delivery_name or gettext("Delivery"),
            tax_rate=order.delivery_tax_rate,
            quantity=1,
            value=value,
            credited=0,
            credited_value=order.delivery_credited,
        )
    )
    return lines


def positions_of_payment(lines: Sequence[Line], amount: Decimal) -> list[Position]:
    """Return what the amount is paid for: what was not given back, else, where a fee is left, all of it."""
    kept = [line.value - line.credited_value for line in lines]
    pieces = [line.quantity - line.credited for line in lines]
    if not any(kept):
        kept, pieces = [line.value for line in lines], [line.quantity for line in lines]
    shares = allocate(amount, kept)
    return [
        position
        for line, share, count in zip(lines, shares, pieces, strict=True)
        for position in line.positions(share, max(1, count))
    ]


def balances(lines: Sequence[Line], sold: Sequence[Position], returned: Sequence[Position]) -> list[Balance]:
    """Return where each line stands after the receipt of a payment and those of its refunds."""
    return [
        Balance(
            line,
            sold=_sum(sold, line),
            pieces=_pieces(sold, line),
            returned=_sum(returned, line),
            returned_pieces=_pieces(returned, line),
        )
        for line in lines
    ]


def positions_of_refund(balances: Sequence[Balance], amount: Decimal) -> list[Position]:
    """Return what the amount is given back for: all that is left, else what came back, else of all a part."""
    if amount == sum((balance.left for balance in balances), start=ZERO):
        return positions_of_rest(balances)
    back, discounts = _taken_back(balances, amount)
    positions = []
    for balance, part, discount in zip(balances, back, discounts, strict=True):
        positions += balance.line.positions(part, max(1, balance.pieces_to_take_back))
        positions += balance.line.positions(discount, 1, is_discount=True)
    return positions


def positions_of_settlement(balances: Sequence[Balance], amount: Decimal) -> list[Position]:
    """Return for what the prepaid amount is handed over: all that is left but for what still goes back."""
    left = sum((balance.left for balance in balances), start=ZERO)
    back, discounts = _taken_back(balances, left - amount)
    return positions_of_rest(
        [
            replace(
                balance,
                returned=balance.returned + part + discount,
                returned_pieces=balance.returned_pieces + (balance.pieces_to_take_back if part else 0),
            )
            for balance, part, discount in zip(balances, back, discounts, strict=True)
        ]
    )


def positions_of_rest(balances: Sequence[Balance]) -> list[Position]:
    """Return all that was not taken back."""
    return [
        position
        for balance in balances
        for position in balance.line.positions(balance.left, balance.pieces_left)
    ]


def _taken_back(balances: Sequence[Balance], amount: Decimal) -> tuple[list[Decimal], list[Decimal]]:
    """Return what of the amount each line gives back for its pieces, and as a discount on the rest."""
    due = [balance.value_to_take_back for balance in balances]
    total = sum(due, start=ZERO)
    if amount <= total:
        return allocate(amount, due), [ZERO for _balance in balances]
    rest = [balance.left - part for balance, part in zip(balances, due, strict=True)]
    return due, allocate(amount - total, rest)


def _line_of(order: Order, item: OrderItem) -> Line:
    is_cancelled = order.status == OrderStatus.CANCELLED
    credited = item.quantity if is_cancelled else item.cancelled_quantity + item.returned_quantity
    value, credited_value = item.amount, part_of(item.amount, item.quantity, before=0, pieces=credited)
    if not order.prices_include_tax:
        value += item.tax_amount
        credited_value += part_of(item.tax_amount, item.quantity, before=0, pieces=credited)
    return Line(
        product_id=item.product_id,
        name=item.product_name,
        tax_rate=item.tax_rate,
        quantity=item.quantity,
        value=value,
        credited=credited,
        credited_value=credited_value,
    )


def _sum(positions: Sequence[Position], line: Line) -> Decimal:
    of_line = (position.total for position in positions if position.product_id == line.product_id)
    return sum(of_line, start=ZERO)


def _pieces(positions: Sequence[Position], line: Line) -> int:
    return sum(
        position.quantity
        for position in positions
        if position.product_id == line.product_id and not position.is_discount
    )
