"""The indexes by which lists of millions are read: PostgreSQL can use them for what is asked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_products
from apps.delivery.models import PickupPoint
from apps.orders.tests.factories import make_order
from apps.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PRODUCTS, ORDERS = "/api/v1/products/", "/api/v1/admin/orders/"
PAYMENTS, REFUNDS = "/api/v1/admin/payments/", "/api/v1/admin/refunds/"


def plans_of(api, address):
    """Return how PostgreSQL would answer each question of the request, could it read no whole table."""
    with CaptureQueriesContext(connection) as questions:
        assert api.get(address).status_code == 200
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for question in questions:
            cursor.execute(f"EXPLAIN {question['sql']}")
            plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


@pytest.fixture
def shop(customer):
    """Make so much that every list has two pages, and let PostgreSQL know of many customers.

    Of a few it would read the orders of each and sort them, by what it remembers of other tests.
    """
    products = make_products(3, category=make_category(slug="tea"))
    for _time in range(3):
        make_order(customer, dict.fromkeys(products, 1))
    User.objects.bulk_create(User(username=f"user-{n}", email=f"user-{n}@example.com") for n in range(200))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE users_user")


@pytest.mark.parametrize(
    ("address", "indexes"),
    [
        (f"{PRODUCTS}?page_size=2", ["catalog_product_by_name"]),
        (f"{PRODUCTS}?page_size=2&category=tea", ["catalog_product_of_category"]),
        (f"{PRODUCTS}?page_size=2&price_min=1", ["catalog_product_sold_by_price"]),
        (f"{PRODUCTS}?is_active=false", ["catalog_product_off_sale"]),
        (f"{ORDERS}?page_size=2", ["orders_order_by_age"]),
        (f"{ORDERS}?page_size=2&ordering=total_price", ["orders_order_by_total"]),
        (f"{ORDERS}?page_size=2&ordering=status", ["orders_order_status_rising"]),
        (f"{ORDERS}?page_size=2&ordering=-status", ["orders_order_status_falling"]),
        (
            f"{ORDERS}?search=nobody",
            [
                "users_user_username_parts",
                "users_user_email_parts",
                "orders_orderitem_sku_parts",
                "orders_orderaddress_text_parts",
            ],
        ),
        (f"{ORDERS}?search=8+912+345-67-89", ["orders_orderaddress_text_parts"]),
        (f"{ORDERS}?payment_status=paid", ["orders_order_by_payment_status"]),
        (f"{ORDERS}?shipment_status=returned", ["orders_order_by_shipment"]),
        (f"{ORDERS}?delivery_method=courier", ["orders_order_by_delivery"]),
        (f"{ORDERS}?payment_method=manual", ["orders_order_by_payment_method"]),
        (f"{ORDERS}?coupon=TEA10", ["orders_orderdiscount_by_code"]),
        (f"{ORDERS}?needs_look=true", ["orders_order_needs_look"]),
        (f"{PAYMENTS}?page_size=2", ["payments_payment_by_age"]),
        (f"{PAYMENTS}?created_after=2026-01-01", ["payments_payment_by_age"]),
        (f"{PAYMENTS}?status=paid", ["payments_payment_by_status"]),
        (f"{PAYMENTS}?order=1", ["payments_payment_of_order"]),
        (f"{PAYMENTS}?method=manual", ["payments_payment_by_method"]),
        (f"{REFUNDS}?page_size=2", ["payments_refund_by_age"]),
        (f"{REFUNDS}?status=pending", ["payments_refund_by_status"]),
        (f"{REFUNDS}?order=1", ["payments_refund_of_order"]),
    ],
)
def test_list_can_be_read_by_index(staff_api, shop, address, indexes):
    plans = plans_of(staff_api, address)

    assert [index for index in indexes if index not in plans] == [], plans


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "by_name"),
        ("provider=post&kind=pvz", "by_name"),
        ("city=City+7", "by_city"),
        ("near=55.75,37.61", "by_place"),
    ],
)
def test_pick_up_points_can_be_read_by_index(api, query, index):
    PickupPoint.objects.bulk_create(
        PickupPoint(
            provider="post",
            code=str(number),
            kind="pvz",
            name=f"Point {number}",
            country="RU",
            city=f"City {number % 100}",
            lat=number % 90,
            lon=number % 180,
        )
        for number in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_pickuppoint")

    plans = plans_of(api, f"/api/v1/pickup-points/?{query}")

    assert f"delivery_pickuppoint_{index}" in plans, plans


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("created_at_from=2026-01-01", "by_time"),
        ("source__exact=job", "by_source"),
        ("action__exact=deleted", "by_action"),
        ("target_kind__exact=catalog.product", "of_kind"),
        ("target_kind__exact=orders.order&target_id__exact=7", "of_target"),
    ],
)
def test_audit_trail_can_be_read_by_index(client, staff, query, index):
    client.force_login(staff)
    order = {"source": "api", "action": "created", "target_kind": "orders.order"}
    AuditEntry.objects.bulk_create(AuditEntry(target_id=number, **order) for number in range(500))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_auditentry")  # which of two indexes is better, depends on the rows

    plans = plans_of(client, f"/admin/audit/auditentry/?{query}")

    assert f"audit_auditentry_{index}" in plans, plans


@pytest.mark.parametrize("text", ["req-1", "72", "nobody"])
def test_search_of_the_audit_trail_can_be_answered_by_index(client, staff, text):
    client.force_login(staff)
    text = staff.username if text == "nobody" else text

    plans = plans_of(client, f"/admin/audit/auditentry/?q={text}")

    assert "Seq Scan" not in plans, plans


def test_parts_of_words_can_be_found_by_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Product.objects.matching("eodolit").order_by().explain()

    assert "catalog_product_text_parts" in plan
