"""What a full order needs beside products: a courier, a tax on all categories, and coupons with a limit."""

from typing import Any

import psycopg

COUPONS = 20  # promotions, each with one code: a shop seldom has all customers use the same at once

_STATEMENTS = (
    "TRUNCATE delivery_deliverymethod, promotions_promotion CASCADE",
    """
    INSERT INTO delivery_deliverymethod (id, name_ru, name_en, code, kind, carrier, is_active, position,
        needs_phone, free_from_basis)
    VALUES (1, 'Курьер', 'Courier', 'courier', 'courier', '', true, 0, true, 'after_discounts')
    """,
    """
    INSERT INTO delivery_deliveryrate (method_id, from_total, from_weight_g, price)
    VALUES (1, 0, 0, 350), (1, 5000, 0, 250)
    """,
    """
    INSERT INTO promotions_promotion (id, name_ru, name_en, kind, scope, value, trigger, is_active,
        usage_limit, first_order_only, used)
    SELECT number, 'Чай', 'Tea', 'percent', 'order', 10, 'code', true, 1000000000, false, 0
    FROM generate_series(1, %(coupons)s) AS number
    """,
    """
    INSERT INTO promotions_promotioncode (promotion_id, code, used, is_active)
    SELECT number, 'FULL' || number, 0, true FROM generate_series(1, %(coupons)s) AS number
    """,
    """
    UPDATE catalog_category
    SET tax_class_id = (SELECT id FROM store_taxclass WHERE code = 'standard')
    """,
)


def fill_checkout(database: psycopg.Connection[Any]) -> None:
    """Put it beside the products. To be called before the store is started, which keeps what it has read."""
    with database.transaction():
        for statement in _STATEMENTS:
            database.execute(statement, {"coupons": COUPONS} if "%(" in statement else None)
