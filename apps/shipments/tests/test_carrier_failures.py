"""A carrier that fails is asked again later; what it refuses is final."""

import socket
from datetime import timedelta

import pytest
import requests
import responses
import time_machine
from django.utils import timezone

from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Order
from apps.shipments.tests.announcements import (
    URL,
    assert_failed,
    assert_is_tried_again,
    shipment,
    tracking_number,
)

NUMBER = "EM123456789RU"

pytestmark = pytest.mark.usefixtures("carrier_address")


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
