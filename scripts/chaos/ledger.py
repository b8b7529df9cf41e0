"""The money of a chaos run in whole cents, as the rows of the database have it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

QUERIES = {
    "money": (
        "SELECT id, prices_include_tax, items_total, discount_total, delivery_price, delivery_discount, "
        "delivery_tax, tax_total, total_price FROM orders_order ORDER BY id"
    ),
    "priced_lines": "SELECT order_id, quantity, price, discount, tax_amount FROM orders_orderitem",
    "discounts": "SELECT order_id, promotion_id, kind, target, amount FROM orders_orderdiscount",
    "redemptions": (
        "SELECT promotion_id, code_id, order_id, user_id, counted, released_at IS NOT NULL "
        "FROM promotions_redemption"
    ),
    "promotions": "SELECT id, name_ru, used, usage_limit, per_customer_limit FROM promotions_promotion",
    "codes": (
        "SELECT id, code, used, usage_limit FROM promotions_promotioncode WHERE usage_limit IS NOT NULL"
    ),
}


@dataclass(frozen=True)
class OrderMoney:
    """The totals of an order, in cents."""

    id: int
    prices_include_tax: bool
    items_total: int
    discount_total: int
    delivery_price: int
    delivery_discount: int
    delivery_tax: int
    tax_total: int
    total_price: int


@dataclass(frozen=True)
class PricedLine:
    """A line of an order; in cents; discount and tax are of all its pieces."""

    quantity: int
    price: int
    discount: int
    tax: int


@dataclass(frozen=True)
class Redemption:
    """A use of a promotion."""

    promotion_id: int
    code_id: int | None
    order_id: int
    user_id: int | None
    is_counted: bool
    is_released: bool


@dataclass(frozen=True)
class UseCounter:
    """The counter of a promotion, or of a code that has a limit."""

    id: int
    name: str
    used: int
    limit: int | None
    per_customer: int | None = None


@dataclass
class Ledger:
    """All the money that the database has in the end."""

    orders: list[OrderMoney] = field(default_factory=list)
    lines: Mapping[int, list[PricedLine]] = field(default_factory=lambda: defaultdict(list))
    discounts: Counter[tuple[int, str]] = field(default_factory=Counter)  # cents by order and target
    coupons: set[tuple[int, int]] = field(default_factory=set)  # orders and the promotions of their coupons
    redemptions: list[Redemption] = field(default_factory=list)
    promotions: list[UseCounter] = field(default_factory=list)
    codes: list[UseCounter] = field(default_factory=list)


def ledger_of(rows: Mapping[str, list[tuple[Any, ...]]]) -> Ledger:
    """Return the rows of the queries as a ledger."""
    lines: dict[int, list[PricedLine]] = defaultdict(list)
    for order_id, quantity, *amounts in rows["priced_lines"]:
        lines[order_id].append(PricedLine(quantity, *map(cents, amounts)))
    discounts: Counter[tuple[int, str]] = Counter()
    for order_id, _promotion_id, _kind, target, amount in rows["discounts"]:
        discounts[order_id, target] += cents(amount)
    return Ledger(
        orders=[OrderMoney(pk, bool(gross), *map(cents, money)) for pk, gross, *money in rows["money"]],
        lines=lines,
        discounts=discounts,
        coupons={(order_id, pk) for order_id, pk, kind, *_rest in rows["discounts"] if kind == "coupon"},
        redemptions=[
            Redemption(promotion, code, order, user, bool(counted), bool(released))
            for promotion, code, order, user, counted, released in rows["redemptions"]
        ],
        promotions=[UseCounter(*row) for row in rows["promotions"]],
        codes=[UseCounter(*row) for row in rows["codes"]],
    )


def cents(amount: Decimal | float | str) -> int:
    """Return an amount in cents: SQLite keeps binary fractions."""
    return round(Decimal(str(amount)) * 100)
