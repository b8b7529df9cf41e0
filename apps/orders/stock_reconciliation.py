"""Stock reconciliation: whether stock, its ledger and the orders agree, by a few queries over all."""

from collections.abc import Iterator

from apps.orders.reconciliation import Difference, one_moment, rows

# A sum over the ledger against the stock that each product has.
_STOCK = """
    SELECT product.id, product.sku, product.stock, COALESCE(ledger.total, 0)
    FROM catalog_product product
    LEFT JOIN (SELECT product_id, SUM(delta) AS total FROM catalog_stockmovement GROUP BY product_id) ledger
        ON ledger.product_id = product.id
    WHERE product.stock <> COALESCE(ledger.total, 0)
    ORDER BY product.id
"""
# What each row says it left against what the row before it left.
_BALANCE = """
    SELECT product_id, id, stock, expected FROM (
        SELECT product_id, id, stock,
            COALESCE(LAG(stock) OVER (PARTITION BY product_id ORDER BY id), 0) + delta AS expected
        FROM catalog_stockmovement
    ) balance
    WHERE stock <> expected
    ORDER BY id
"""
# What the lines of an order hold, but for what was cancelled or put back, against what the ledger took.
_ORDERS = """
    SELECT order_id, product_id, SUM(held), SUM(taken) FROM (
        SELECT item.order_id, item.product_id,
            CASE WHEN orders.status = 'cancelled' THEN 0
                ELSE item.quantity - item.cancelled_quantity - item.restocked_quantity END AS held, 0 AS taken
        FROM orders_orderitem item JOIN orders_order orders ON orders.id = item.order_id
        UNION ALL
        SELECT order_id, product_id, 0, -delta FROM catalog_stockmovement WHERE order_id IS NOT NULL
    ) both_sides
    GROUP BY order_id, product_id
    HAVING SUM(held) <> SUM(taken)
    ORDER BY order_id, product_id
"""


def stock_differences() -> Iterator[Difference]:
    """Yield every difference between stock, ledger and orders, as of one moment."""
    with one_moment() as cursor:
        for pk, sku, stock, total in rows(cursor, _STOCK):
            yield Difference(f"stock of product {pk} ({sku}), by its ledger", total, stock)
        for product_id, movement_id, stock, expected in rows(cursor, _BALANCE):
            yield Difference(f"stock after movement {movement_id} of product {product_id}", expected, stock)
        for order_id, product_id, held, taken in rows(cursor, _ORDERS):
            where = f"pieces of product {product_id} in order {order_id}, by the ledger"
            yield Difference(where, held, taken)
