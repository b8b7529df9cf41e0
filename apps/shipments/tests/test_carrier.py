"""A shipped order is announced to the carrier, once, however often that is tried."""

import json

import pytest
import responses

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.shipments.carrier_emulator import CarrierEmulator
from apps.shipments.tests.announcements import (
    URL,
    assert_failed,
    assert_is_tried_again,
    shipment,
    tracking_number,
)
from apps.users.models import User

NUMBER = "EM123456789RU"

pytestmark = pytest.mark.usefixtures("carrier_address")


def test_carrier_is_told_the_whole_order(carrier_http: responses.RequestsMock, customer: User, staff: User):
    carrier_http.post(URL, json={"tracking_number": NUMBER}, status=201)
    mug = make_product(sku="MUG", price="450.50")
    lamp = make_product(sku="ЛАМПА-1", price="1999.90")
    order = make_order_in("shipped", customer, {mug: 2, lamp: 3}, moved_by=staff)

    run_due_jobs()

    request = carrier_http.calls[0].request
    assert (len(carrier_http.calls), request.method, request.url) == (1, "POST", URL)
    assert json.loads(request.body) == {
        "order_id": order.pk,
        "status": "shipped",
        "total_price": "6900.70",
        "currency": "RUB",
        "customer": {"username": customer.username, "email": customer.email},
        "items": [{"sku": "MUG", "quantity": 2}, {"sku": "ЛАМПА-1", "quantity": 3}],
    }
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == str(shipment().uuid)
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers


def test_key_of_the_store_is_sent_when_there_is_one(
    carrier_http: responses.RequestsMock, shipped: Order, settings
):
    settings.SHIPPING_API_KEY = "secret-of-the-store"
    carrier_http.post(URL, json={"tracking_number": NUMBER})

    run_due_jobs()

    assert carrier_http.calls[0].request.headers["Authorization"] == "Bearer secret-of-the-store"


def test_tracking_number_is_kept_and_shown(
    carrier_http: responses.RequestsMock, shipped: Order, customer_api
):
    before = customer_api.get(f"/api/v1/orders/{shipped.pk}/").json()
    carrier_http.post(URL, json={"tracking_number": NUMBER, "more": [1, 2]})

    run_due_jobs()

    assert (before["tracking_number"], tracking_number(shipped)) == (None, NUMBER)
    assert (shipment().status, shipment().attempts, shipment().last_error) == ("done", 1, "")


@pytest.mark.parametrize("number", ["7", "A" * 64, "AB 12.3/4-5_6", "0" * 13])
def test_every_plain_tracking_number_is_accepted(
    carrier_http: responses.RequestsMock, shipped: Order, number: str
):
    carrier_http.post(URL, json={"tracking_number": number})

    run_due_jobs()

    assert tracking_number(shipped) == number


def test_proxy_of_the_environment_is_ignored(shipped: Order, settings, monkeypatch: pytest.MonkeyPatch):
    carrier = CarrierEmulator()
    carrier.start()
    settings.SHIPPING_API_URL = carrier.url
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    run_due_jobs()

    carrier.stop()
    assert carrier.parcels == {str(shipment().uuid): tracking_number(shipped)}


def test_store_without_a_carrier_orders_no_shipment(customer: User, staff: User, settings):
    settings.SHIPPING_API_URL = ""
    order = make_order_in("shipped", customer, moved_by=staff)

    run_due_jobs()

    kinds = Job.objects.order_by("pk").values_list("kind", "status")
    assert list(kinds) == [
        ("invoice", "done"),
        ("confirmation_email", "done"),
        ("status_email", "done"),
        ("status_email", "done"),
    ]
    assert tracking_number(order) is None


def test_carrier_that_was_taken_away_makes_the_shipment_fail(shipped: Order, settings):
    settings.SHIPPING_API_URL = ""

    run_due_jobs()

    assert_failed(shipped, "SHIPPING_API_URL is not set any more")


@pytest.mark.parametrize("status", ["pending", "processing", "cancelled"])
def test_order_that_is_not_shipped_is_not_announced(
    carrier_http: responses.RequestsMock, customer: User, staff: User, status: str
):
    make_order_in(status, customer, moved_by=staff)

    run_due_jobs()

    assert not Job.objects.filter(kind="shipment").exists()
    assert len(carrier_http.calls) == 0


def test_shipment_run_twice_calls_the_carrier_once(carrier_http: responses.RequestsMock, shipped: Order):
    carrier_http.post(URL, json={"tracking_number": NUMBER})
    run_due_jobs()
    again = run_job(shipment().pk)
    Job.objects.filter(kind="shipment").update(status="pending")  # as if its worker had died at the end

    repeated = run_job(shipment().pk)

    assert (again, repeated) == (0, 1)
    assert len(carrier_http.calls) == 1
    assert (shipment().status, tracking_number(shipped)) == ("done", NUMBER)


def test_order_that_was_delivered_meanwhile_is_announced_once(
    carrier_http: responses.RequestsMock, customer: User, staff: User
):
    carrier_http.post(URL, json={"tracking_number": NUMBER})
    order = moved(make_order(customer), "processing", "shipped", "delivered", by=staff)

    run_due_jobs()

    assert len(carrier_http.calls) == 1
    assert (shipment().status, tracking_number(order)) == ("done", NUMBER)
    assert Order.objects.get().status == "delivered"


def test_store_and_carrier_agree_on_the_number(shipped: Order, settings):
    carrier = CarrierEmulator()
    carrier.start()
    settings.SHIPPING_API_URL = carrier.url

    run_due_jobs()

    carrier.stop()
    assert carrier.parcels == {str(shipment().uuid): tracking_number(shipped)}


def test_carrier_that_hangs_up_is_asked_again_later(shipped: Order, settings):
    carrier = CarrierEmulator(faults=["reset"])
    carrier.start()
    settings.SHIPPING_API_URL = carrier.url

    run_due_jobs()

    carrier.stop()
    assert_is_tried_again(shipped, "ConnectionError")
