"""A customer places an order."""

from datetime import UTC, datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product, make_products
from apps.core.tests.answers import on_the_wire
from apps.jobs.models import Job
from apps.orders.models import Order, OrderItem
from apps.orders.tests.order_bodies import item, plain_line, plain_price, stock_of
from apps.users.models import User

URL = "/api/v1/orders/"
pytestmark = pytest.mark.embedded


def test_placed_order_is_answered_whole(customer_api: APIClient, customer: User):
    mug = make_product(name="Кружка", sku="MUG", price="450.50", stock=10)
    lamp = make_product(name="Лампа", sku="LAMP", price="1999.99", stock=3)
    moment = datetime.now(UTC)

    with time_machine.travel(moment, tick=False):
        response = customer_api.post(URL, {"items": [item(mug, 2), item(lamp, 3)]})

    order = Order.objects.get()
    mugs, lamps = order.items.all()
    shown_moment = on_the_wire(moment)
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver/api/v1/orders/{order.pk}/"
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "id": order.pk,
        "status": "pending",
        **plain_price("6900.97"),
        "items": [
            shown(mugs, mug, quantity=2, price="450.50", total="901.00"),
            shown(lamps, lamp, quantity=3, price="1999.99", total="5999.97"),
        ],
        "history": [
            {
                "from_status": None,
                "to_status": "pending",
                "changed_by": customer.username,
                "comment": "",
                "created_at": shown_moment,
            }
        ],
        "allowed_statuses": ["cancelled"],
        "tracking_number": None,
        "invoice_url": f"http://testserver/api/v1/orders/{order.pk}/invoice/",
        "created_at": shown_moment,
        "updated_at": shown_moment,
    }


def test_placed_order_stands_at_its_location(customer_api: APIClient):
    placed = customer_api.post(URL, {"items": [item(make_product(), 1)]})

    shown = customer_api.get(placed["Location"])

    assert shown.status_code == 200
    assert shown.json() == placed.json()


def test_staff_who_buy_see_their_own_name_and_every_move(staff_api: APIClient, staff: User):
    response = staff_api.post(URL, {"items": [item(make_product(), 1)]})

    assert response.status_code == 201
    assert response.json()["user"] == {"id": staff.pk, "username": staff.username, "email": staff.email}
    assert response.json()["allowed_statuses"] == ["processing", "cancelled"]


def test_order_takes_its_pieces_out_of_stock_and_leaves_the_rest(customer_api: APIClient):
    mug, lamp, untouched = make_product(stock=5), make_product(stock=3), make_product(stock=7)

    response = customer_api.post(URL, {"items": [item(mug, 2), item(lamp, 3)]})

    assert response.status_code == 201
    assert stock_of(mug, lamp, untouched) == [3, 0, 7]


def test_order_brings_its_jobs_along(customer_api: APIClient):
    response = customer_api.post(
        URL, {"items": [item(make_product(), 1)]}, headers={"X-Request-ID": "basket-7"}
    )

    order_id = response.json()["id"]
    jobs = Job.objects.order_by("pk").values_list(
        "kind", "key", "subject", "arguments", "request_id", "status", "attempts"
    )
    assert list(jobs) == [
        (kind, f"{kind}:{order_id}", f"order:{order_id}", {"order_id": order_id}, "basket-7", "pending", 0)
        for kind in ("invoice", "confirmation_email")
    ]


@pytest.mark.parametrize(
    ("asked", "kept"), [("ru", "ru"), ("en", "en"), ("de", "ru"), ("en-GB,ru;q=0.5", "en")]
)
def test_order_remembers_the_language_of_its_request(customer_api: APIClient, asked: str, kept: str):
    customer_api.post(URL, {"items": [item(make_product(), 1)]}, headers={"Accept-Language": asked})

    assert Order.objects.get().language == kept


def test_order_keeps_name_sku_and_price_of_its_day(customer_api: APIClient, staff_api: APIClient):
    mug = make_product(name="Кружка", sku="MUG", price="450.50")
    placed = customer_api.post(URL, {"items": [item(mug, 2)]}).json()

    changed = staff_api.patch(
        f"/api/v1/products/{mug.pk}/", {"name": "Чашка", "sku": "CUP", "price": "999.00"}
    )
    gone = staff_api.delete(f"/api/v1/products/{mug.pk}/")
    shown = customer_api.get(f"{URL}{placed['id']}/").json()

    assert (changed.status_code, gone.status_code) == (200, 204)
    assert shown == placed
    assert [(item["product_name"], item["sku"], item["price"]) for item in shown["items"]] == [
        ("Кружка", "MUG", "450.50")
    ]
    assert shown["total_price"] == "901.00"


def test_same_product_on_several_lines_is_added_up(customer_api: APIClient):
    mug, lamp = make_product(stock=10, price="1.10"), make_product(stock=10, price="2.00")

    response = customer_api.post(URL, {"items": [item(mug, 1), item(lamp, 4), item(mug, 5)]})

    assert response.status_code == 201
    items = [(item["product_id"], item["quantity"], item["total"]) for item in response.json()["items"]]
    assert items == [(mug.pk, 6, "6.60"), (lamp.pk, 4, "8.00")]
    assert response.json()["total_price"] == "14.60"
    assert stock_of(mug, lamp) == [4, 6]


def test_total_is_the_sum_of_the_lines_to_the_last_copeck(customer_api: APIClient):
    prices = {"0.10": 3, "0.20": 1, "19.99": 7, "0.01": 9999, "0.00": 5}
    items = [item(make_product(price=price, stock=10_000), quantity) for price, quantity in prices.items()]

    response = customer_api.post(URL, {"items": items})

    assert [item["total"] for item in response.json()["items"]] == ["0.30", "0.20", "139.93", "99.99", "0.00"]
    assert response.json()["total_price"] == "240.42"


def test_largest_total_is_kept_exactly(customer_api: APIClient):
    dear = make_products(10, price="99999999.99", stock=10_000)

    response = customer_api.post(URL, {"items": [item(product, 10_000) for product in dear]})

    assert response.status_code == 201
    assert response.json()["total_price"] == "9999999999000.00"


def test_order_of_two_thousand_lines_is_accepted(customer_api: APIClient):
    products = make_products(2000, price="1.00")

    response = customer_api.post(URL, {"items": [item(product, 1) for product in products]})

    assert response.status_code == 201
    assert response.json()["total_price"] == "2000.00"
    assert [item["product_id"] for item in response.json()["items"]] == [product.pk for product in products]


def test_ten_thousand_pieces_on_two_lines_are_accepted(customer_api: APIClient):
    mug = make_product(stock=10_000)

    response = customer_api.post(URL, {"items": [item(mug, 6000), item(mug, 4000)]})

    assert response.status_code == 201
    assert stock_of(mug) == [0]


def shown(line: OrderItem, product: Product, **values: int | str) -> dict[str, int | str]:
    """Return what the API shows of a line of an order for the product."""
    named = {"product_id": product.pk, "product_name": product.name, "sku": product.sku}
    return {"id": line.pk, **named, **values, **plain_line(str(values["total"]))}
