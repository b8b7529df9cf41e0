"""Order reconciliation: whether the money of each order adds up, and promotions count their uses right.

What was ordered by the release that knew no discounts, delivery and taxes has no parts to add up.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db import connection

from apps.orders.reconciliation import Difference, one_moment, rows

# SQLite adds binary fractions: sums are compared in whole cents.
# What the lines of an order add up to, against its totals.
_LINES = """
    SELECT id, goods, items_total, discount, discount_total, tax, tax_total FROM (
        SELECT orders.id, orders.items_total, orders.discount_total, orders.tax_total,
            ROUND(SUM(item.quantity * item.price), 2) AS goods,
            ROUND(SUM(item.discount), 2) AS discount,
            ROUND(SUM(item.tax_amount) + orders.delivery_tax, 2) AS tax
        FROM orders_order orders JOIN orders_orderitem item ON item.order_id = orders.id
        WHERE orders.items_total IS NOT NULL
        GROUP BY orders.id
    ) sums
    WHERE goods <> items_total OR discount <> discount_total OR tax <> tax_total
    ORDER BY id
"""
# The discounts of an order by what they are off, and what its cancellations credit, against its totals.
_PARTS = """
    SELECT id, off_goods, discount_total, off_delivery, delivery_discount, credited, cancelled_total FROM (
        SELECT orders.id, orders.discount_total, orders.delivery_discount, orders.cancelled_total,
            ROUND(COALESCE(off.goods, 0), 2) AS off_goods,
            ROUND(COALESCE(off.delivery, 0), 2) AS off_delivery,
            ROUND(COALESCE(cancelled.credited, 0), 2) AS credited
        FROM orders_order orders
        LEFT JOIN (
            SELECT order_id, SUM(CASE WHEN target = 'items' THEN amount ELSE 0 END) AS goods,
                SUM(CASE WHEN target = 'delivery' THEN amount ELSE 0 END) AS delivery
            FROM orders_orderdiscount GROUP BY order_id
        ) off ON off.order_id = orders.id
        LEFT JOIN (
            SELECT order_id, SUM(credited) AS credited FROM orders_cancellation GROUP BY order_id
        ) cancelled ON cancelled.order_id = orders.id
        WHERE orders.items_total IS NOT NULL
    ) sums
    WHERE off_goods <> discount_total OR off_delivery <> delivery_discount OR credited <> cancelled_total
    ORDER BY id
"""
# The shares of a product in the discounts of an order, against the discount on its line.
_SHARES = """
    SELECT order_id, product_id, ROUND(SUM(share), 2), ROUND(SUM(discount), 2) FROM (
        SELECT order_id, product_id, 0 AS share, discount FROM orders_orderitem WHERE discount > 0
        UNION ALL
        SELECT off.order_id, CAST(part.key AS bigint), CAST(part.value AS numeric), 0
        FROM orders_orderdiscount off CROSS JOIN {parts}(off.allocation) part
    ) both_sides
    GROUP BY order_id, product_id
    HAVING ROUND(SUM(share), 2) <> ROUND(SUM(discount), 2)
    ORDER BY order_id, product_id
"""
# The uses that orders have taken and not given back, against the counters.
_USES = """
    SELECT promotion.id, COALESCE(counted.uses, 0), promotion.used
    FROM promotions_promotion promotion
    LEFT JOIN (
        SELECT promotion_id, COUNT(*) AS uses FROM promotions_redemption
        WHERE counted AND released_at IS NULL GROUP BY promotion_id
    ) counted ON counted.promotion_id = promotion.id
    WHERE promotion.used <> COALESCE(counted.uses, 0)
    ORDER BY promotion.id
"""
_USES_OF_CODES = """
    SELECT code.id, COALESCE(counted.uses, 0), code.used
    FROM promotions_promotioncode code
    LEFT JOIN (
        SELECT code_id, COUNT(*) AS uses FROM promotions_redemption
        WHERE counted AND released_at IS NULL GROUP BY code_id
    ) counted ON counted.code_id = code.id
    WHERE code.usage_limit IS NOT NULL AND code.used <> COALESCE(counted.uses, 0)
    ORDER BY code.id
"""


def order_differences() -> Iterator[Difference]:
    """Yield every difference within orders, and between them and the uses of promotions, as of one moment."""
    parts = "jsonb_each_text" if connection.vendor == "postgresql" else "json_each"
    with one_moment() as cursor:
        for pk, *sums in rows(cursor, _LINES):
            yield from _different(pk, ("goods", "discounts of lines", "taxes"), sums)
        for pk, *sums in rows(cursor, _PARTS):
            yield from _different(pk, ("discounts on goods", "discounts on delivery", "cancelled"), sums)
        for order_id, product_id, shares, discount in rows(cursor, _SHARES.format(parts=parts)):
            where = f"discount on product {product_id} in order {order_id}"
            yield Difference(where, _money(shares), _money(discount))
        for promotion_id, uses, used in rows(cursor, _USES):
            yield Difference(f"uses of promotion {promotion_id}", uses, used)
        for code_id, uses, used in rows(cursor, _USES_OF_CODES):
            yield Difference(f"uses of promotion code {code_id}", uses, used)


def _different(pk: int, names: tuple[str, ...], sums: list[float | Decimal]) -> Iterator[Difference]:
    """Yield those of the pairs of a sum and a total that differ."""
    amounts = [_money(amount) for amount in sums]
    for name, expected, found in zip(names, amounts[::2], amounts[1::2], strict=True):
        if expected != found:
            yield Difference(f"{name} of order {pk}", expected, found)


def _money(amount: float | Decimal) -> Decimal:
    return Decimal(f"{amount:.2f}")
