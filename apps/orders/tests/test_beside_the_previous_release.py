"""Processes of the previous release write into the present schema: it knew no discounts, delivery and taxes.

While a store is updated some of them go on. Here are the statements that they send, with all their columns.
"""

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_product
from apps.orders.models import Cancellation, Order
from apps.orders.order_reconciliation import order_differences
from apps.orders.stock_reconciliation import stock_differences
from apps.orders.tests.checkout_shop import ADDRESS, make_coupon, make_method, make_tax
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

ORDERS = "/api/v1/orders/"
NOW = "CURRENT_TIMESTAMP"
CATEGORY = ("name", "name_key", "slug", "description", "is_active", "search_text", "parent_id")
PRODUCT = ("category_id", "name", "slug", "sku", "sku_key", "description", "price", "stock", "is_active")
PRODUCT += ("search_text",)
ORDER = ("user_id", "status", "total_price", "currency", "language", "tracking_number")
ITEM = ("order_id", "product_id", "product_name", "sku", "quantity", "price")
CHANGE = ("order_id", "from_status", "to_status", "changed_by_id", "comment")
MOVEMENT = ("product_id", "kind", "delta", "stock", "reason", "order_id", "created_by_id")


def execute(statement: str, *values: object) -> Any:
    """Send the statement; return the first column of what it returns, if anything."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.description:
            return cursor.fetchone()[0]
        assert cursor.rowcount == 1
        return None


def insert(table: str, columns: tuple[str, ...], *values: object, dated: tuple[str, ...] = ()) -> int:
    names = ", ".join(f'"{name}"' for name in (*columns, *dated))
    places = ", ".join([*["%s"] * len(columns), *[NOW] * len(dated)])
    return execute(f'INSERT INTO "{table}" ({names}) VALUES ({places}) RETURNING "id"', *values)


def update(table: str, columns: tuple[str, ...], *values: object, pk: int) -> None:
    columns_set = ", ".join([*(f'"{name}" = %s' for name in columns), f'"updated_at" = {NOW}'])
    execute(f'UPDATE "{table}" SET {columns_set} WHERE "id" = %s', *values, pk)


def place(user: User, product: Product, pieces: int, *, status: str = "pending") -> int:
    """Place an order as the previous release did, and return its id."""
    both = ("created_at", "updated_at")
    order = insert(
        "orders_order", ORDER, user.pk, status, pieces * product.price, "RUB", "ru", None, dated=both
    )
    line = (order, product.pk, product.name, product.sku, pieces, product.price)
    insert("orders_orderitem", ITEM, *line)
    execute('UPDATE "catalog_product" SET "stock" = "stock" - %s WHERE "id" = %s', pieces, product.pk)
    product.refresh_from_db()
    movement = (product.pk, "sold", -pieces, product.stock, "", order, user.pk)
    insert("catalog_stockmovement", MOVEMENT, *movement, dated=("created_at",))
    change(order, None, "pending", user)
    return order


def change(order: int, old: str | None, new: str, user: User) -> None:
    insert("orders_statuschange", CHANGE, order, old, new, user.pk, "", dated=("created_at",))


def move(order: int, old: str, new: str, user: User) -> None:
    """Move an order as the previous release did."""
    update("orders_order", ("status",), new, pk=order)
    change(order, old, new, user)


@pytest.fixture
def mug() -> Product:
    mug = make_product(price="2.50", stock=10)
    mug.refresh_from_db()
    return mug


@pytest.fixture
def full_order(customer_api: APIClient, settings, mug: Product) -> dict[str, Any]:
    """Return an order of this release with every part."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method()
    make_coupon()
    body = {"items": [{"product_id": mug.pk, "quantity": 2}], "delivery": {"method": "courier"}}
    body |= {"shipping_address": ADDRESS, "coupon": "TEA10"}
    return customer_api.post(ORDERS, body).json()


def test_its_categories_and_products_are_as_any_other(customer_api: APIClient, staff_api: APIClient):
    both = ("created_at", "updated_at")
    shelf = insert("catalog_category", CATEGORY, "Чай", "чай", "tea", "", True, "чай", None, dated=both)
    values = (shelf, "Ассам", "assam", "TEA-1", "tea-1", "", "390.00", 5, True, "ассам")
    tea = insert("catalog_product", PRODUCT, *values, dated=both)

    order = customer_api.post(ORDERS, {"items": [{"product_id": tea, "quantity": 2}]})

    assert (order.status_code, order.json()["total_price"]) == (201, "780.00")
    shown = staff_api.get(f"/api/v1/products/{tea}/").json()
    assert {shown[name] for name in ("tax_class", "weight_g", "compare_at_price", "lowest_price_30d")} == {
        None
    }


def test_its_updates_of_products_and_categories_leave_the_rest_alone(mug: Product):
    tax = make_tax("reduced", "10.00")
    Category.objects.update(tax_class=tax)
    Product.objects.update(tax_class=tax, weight_g=300, compare_at_price="9.00")
    shelf = mug.category

    update(
        "catalog_category", CATEGORY, "Чашки", "чашки", "cups", "Для чая", True, "чашки", None, pk=shelf.pk
    )
    values = (shelf.pk, "Чашка", "cup", "CUP", "cup", "Для чая", "3.00", 7, True, "чашка")
    update("catalog_product", PRODUCT, *values, pk=mug.pk)

    mug.refresh_from_db()
    assert (mug.name, f"{mug.price}", mug.stock) == ("Чашка", "3.00", 7)
    assert (mug.tax_class, mug.weight_g, f"{mug.compare_at_price}") == (tax, 300, "9.00")
    assert Category.objects.get(pk=shelf.pk).tax_class == tax


def test_its_order_shows_its_total_as_that_of_the_goods(
    customer_api: APIClient, customer: User, mug: Product
):
    pk = place(customer, mug, 4)

    order = customer_api.get(f"{ORDERS}{pk}/").json()

    assert Order.objects.get().items_total is None
    assert {name: order[name] for name in ("items_total", "total_price", "amount_due", "balance")} == {
        "items_total": "10.00",
        "total_price": "10.00",
        "amount_due": "10.00",
        "balance": "10.00",
    }
    assert (order["discount_total"], order["tax_total"], order["delivery"]) == ("0.00", "0.00", None)
    assert (order["discounts"], order["shipping_address"], order["payment_method"]) == ([], None, None)
    assert order["taxes"] == [{"rate": None, "base": "10.00", "amount": "0.00"}]
    assert (order["payment_status"], order["shipment_status"]) == ("unpaid", "not_shipped")
    assert (order["items"][0]["amount"], order["items"][0]["tax_rate"]) == ("10.00", None)
    assert order["history"][0]["changed_by"] == customer.username
    (row,) = customer_api.get(ORDERS).json()["results"]
    assert (row["items_total"], row["delivery"]) == ("10.00", None)
    assert list(order_differences()) == []


@pytest.mark.parametrize("status", ["shipped", "delivered"])
def test_its_order_is_shipped_where_its_status_says_so(
    customer_api: APIClient, customer: User, mug: Product, status: str
):
    pk = place(customer, mug, 1, status=status)

    assert customer_api.get(f"{ORDERS}{pk}/").json()["shipment_status"] == status
    (row,) = customer_api.get(ORDERS).json()["results"]
    assert row["shipment_status"] == status


def test_its_order_can_be_cancelled(customer_api: APIClient, customer: User, mug: Product):
    pk = place(customer, mug, 4)

    response = customer_api.patch(f"{ORDERS}{pk}/", {"status": "cancelled"})

    assert response.status_code == 200
    order = response.json()
    assert (order["cancelled_total"], order["amount_due"], order["items"][0]["cancelled_quantity"]) == (
        "10.00",
        "0.00",
        4,
    )
    assert order["payment_status"] == "not_due"
    cancellation = Cancellation.objects.get()
    assert (cancellation.whole, f"{cancellation.amount}", f"{cancellation.credited}") == (
        True,
        "10.00",
        "10.00",
    )
    mug.refresh_from_db()
    assert mug.stock == 10
    assert list(stock_differences()) == []


def test_it_moves_an_order_of_this_release(customer_api: APIClient, staff: User, full_order: dict[str, Any]):
    pk = full_order["id"]

    move(pk, "pending", "processing", staff)
    move(pk, "processing", "shipped", staff)
    update("orders_order", ("tracking_number",), "RR1", pk=pk)
    whole_row = ("shipped", full_order["total_price"], "RUB", "ru", "RR1")
    update("orders_order", ORDER[1:], *whole_row, pk=pk)

    order = customer_api.get(f"{ORDERS}{pk}/").json()
    moved = ("status", "shipment_status", "tracking_number", "updated_at", "history", "allowed_statuses")
    assert {name: value for name, value in order.items() if name not in moved} == {
        name: value for name, value in full_order.items() if name not in moved
    }
    assert (order["status"], order["shipment_status"], order["tracking_number"]) == (
        "shipped",
        "shipped",
        "RR1",
    )


def test_it_cancels_an_order_of_this_release(
    customer_api: APIClient, customer: User, full_order: dict[str, Any]
):
    move(full_order["id"], "pending", "cancelled", customer)

    order = customer_api.get(f"{ORDERS}{full_order['id']}/").json()
    assert (order["status"], order["amount_due"], order["balance"]) == ("cancelled", "0.00", "0.00")
    assert [line["cancelled_quantity"] for line in order["items"]] == [2]
    assert list(order_differences()) == []
