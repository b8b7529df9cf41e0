"""A shipped order is announced to the carrier, once, however often that is tried."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
import responses
import time_machine
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.shipments.carrier_emulator import CarrierEmulator
from apps.users.models import User

URL = "http://127.0.0.1:9/parcels"
NUMBER = "EM123456789RU"


@pytest.fixture(autouse=True)
def carrier_address(settings) -> None:
    settings.SHIPPING_API_URL = URL
    settings.SHIPPING_API_KEY = ""


@pytest.fixture
def carrier_http() -> Iterator[responses.RequestsMock]:
    """Answer in the carrier's place; a test says what."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        yield http


@pytest.fixture
def shipped(customer: User, staff: User) -> Order:
    """Return an order that the carrier is to hear of."""
    return make_order_in("shipped", customer, moved_by=staff)


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


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_broken_carrier_is_asked_again_later(
    carrier_http: responses.RequestsMock, shipped: Order, status: int
):
    carrier_http.post(URL, json={"tracking_number": NUMBER}, status=status)

    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()

        assert_is_tried_again(shipped, f"The carrier answered {status}")


@pytest.mark.parametrize(
    "error",
    [requests.ReadTimeout("slow"), requests.ConnectTimeout("slow"), requests.ConnectionError("reset")],
    ids=["read time-out", "connect time-out", "reset"],
)
def test_silent_carrier_is_asked_again_later(
    carrier_http: responses.RequestsMock, shipped: Order, error: Exception
):
    carrier_http.post(URL, body=error)

    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()

        assert_is_tried_again(shipped, type(error).__name__)


def test_carrier_that_accepts_and_says_nothing_is_asked_again_later(shipped: Order, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody accepts: the backlog does
        settings.SHIPPING_API_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        settings.SHIPPING_API_TIMEOUT = 0.2

        run_due_jobs()

    assert_is_tried_again(shipped, "ReadTimeout")


def test_refused_connection_is_tried_again_later(shipped: Order, settings):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        settings.SHIPPING_API_URL = f"http://127.0.0.1:{gone.getsockname()[1]}/"

    run_due_jobs()

    assert_is_tried_again(shipped, "ConnectionError")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429])
def test_refusal_is_final(carrier_http: responses.RequestsMock, shipped: Order, status: int):
    carrier_http.post(URL, json={"error": "no such sku"}, status=status)

    run_due_jobs()

    assert_failed(shipped, f'The carrier answered {status}: {{"error": "no such sku"}}')
    assert run_job(shipment().pk) == 0
    assert len(carrier_http.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(carrier_http: responses.RequestsMock, shipped: Order, status: int):
    elsewhere = "http://127.0.0.1:9/elsewhere"
    carrier_http.post(URL, status=status, headers={"Location": elsewhere})
    carrier_http.post(elsewhere, json={"tracking_number": NUMBER})
    carrier_http.get(elsewhere, json={"tracking_number": NUMBER})

    run_due_jobs()

    assert_failed(shipped, f"The carrier answered {status}")
    assert [call.request.url for call in carrier_http.calls] == [URL]


ODD_ANSWERS = {
    "nothing": b"",
    "no JSON": b"<html>",
    "no UTF-8": b'{"tracking_number": "\xff"}',
    "a list": b"[]",
    "a text": b'"EM1"',
    "null": b"null",
    "no number": b'{"number": "EM1"}',
    "null number": b'{"tracking_number": null}',
    "whole number": b'{"tracking_number": 17}',
    "list as number": b'{"tracking_number": ["EM1"]}',
    "empty number": b'{"tracking_number": ""}',
    "blank number": b'{"tracking_number": " "}',
    "number of 65 characters": b'{"tracking_number": "%s"}' % (b"A" * 65),
    "number with a line break": b'{"tracking_number": "EM1\\n"}',
    "number with NUL": b'{"tracking_number": "EM1\\u0000"}',
    "number with markup": b'{"tracking_number": "<b>EM1</b>"}',
    "number with half a surrogate pair": b'{"tracking_number": "EM\\ud800"}',
    "more than 64 KiB": b'{"tracking_number": "EM1", "more": "%s"}' % (b"x" * 65536),
    "nested beyond what can be read": b"[" * 60_000,
}


@pytest.mark.parametrize("body", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
def test_odd_answer_is_no_tracking_number_and_the_carrier_is_asked_again(
    carrier_http: responses.RequestsMock, shipped: Order, body: bytes
):
    carrier_http.post(URL, body=body, status=200)

    run_due_jobs()

    assert_is_tried_again(shipped, "CarrierUnavailable")


def test_key_stays_the_same_over_all_attempts(carrier_http: responses.RequestsMock, shipped: Order):
    for status in (500, 503, 502):
        carrier_http.post(URL, status=status)
    carrier_http.post(URL, json={"tracking_number": NUMBER})

    for _attempt in range(4):
        with time_machine.travel(shipment().run_at + timedelta(seconds=1), tick=False):
            run_job(shipment().pk)

    keys = [call.request.headers["Idempotency-Key"] for call in carrier_http.calls]
    assert keys == [str(shipment().uuid)] * 4
    assert (shipment().status, shipment().attempts, tracking_number(shipped)) == ("done", 4, NUMBER)


def test_pauses_between_attempts_grow(carrier_http: responses.RequestsMock, shipped: Order):
    carrier_http.post(URL, status=500)
    pauses = []

    for _attempt in range(5):
        moment = shipment().run_at + timedelta(seconds=1)
        with time_machine.travel(moment, tick=False):
            run_job(shipment().pk)
        pauses.append((shipment().run_at - moment).total_seconds())

    least = (2, 5, 15, 60, 300)
    assert [low <= pause <= 1.25 * low for low, pause in zip(least, pauses, strict=True)] == [True] * 5


def test_carrier_that_stays_away_is_given_up_after_twenty_attempts(
    carrier_http: responses.RequestsMock, shipped: Order
):
    carrier_http.post(URL, status=500)

    for _attempt in range(25):
        with time_machine.travel(shipment().run_at + timedelta(seconds=1), tick=False):
            run_job(shipment().pk)

    assert len(carrier_http.calls) == 20
    assert_failed(shipped, "The carrier answered 500", attempts=20)


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


def shipment() -> Job:
    return Job.objects.get(kind="shipment")


def tracking_number(order: Order) -> str | None:
    return Order.objects.get(pk=order.pk).tracking_number


def assert_is_tried_again(order: Order, error: str) -> None:
    job = shipment()
    assert (job.status, job.attempts) == ("pending", 1)
    assert timedelta(0) < job.run_at - timezone.now() <= timedelta(seconds=2.5)
    assert error in job.last_error
    assert tracking_number(order) is None


def assert_failed(order: Order, error: str, *, attempts: int = 1) -> None:
    job = shipment()
    assert (job.status, job.attempts) == ("failed", attempts)
    assert error in job.last_error
    assert tracking_number(order) is None
