"""The carrier emulator answers, and fails, as a carrier does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from apps.shipments.carrier_emulator import CarrierEmulator

PARCEL = {"order_id": 7}
PATIENCE = 5


@pytest.fixture
def make_carrier() -> Iterator[Callable[..., CarrierEmulator]]:
    """Return a function that starts carriers, which stop with the test."""
    started: list[CarrierEmulator] = []

    def make(**options) -> CarrierEmulator:
        carrier = CarrierEmulator(**options)
        carrier.start()
        started.append(carrier)
        return carrier

    yield make
    for carrier in started:
        carrier.stop()


def test_parcel_is_answered_with_a_tracking_number(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier()

    answer = announced(carrier, "key-1")

    # The first twelve digits of the key's SHA-256.
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert answer.json() == {"tracking_number": "EMBE2974546978"}


def test_same_key_is_given_the_same_number_even_after_a_restart(make_carrier: Callable[..., CarrierEmulator]):
    first, second = make_carrier(), make_carrier()

    answers = [announced(carrier, "key-1").json() for carrier in (first, first, second)]

    assert answers == [answers[0]] * 3
    assert len(first.parcels) == 1


def test_other_key_is_given_another_number(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier()

    numbers = {announced(carrier, key).json()["tracking_number"] for key in ("key-1", "key-2")}

    assert len(numbers) == 2
    assert set(carrier.parcels.values()) == numbers


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b'{"order_id": 7}'),
        ({"Idempotency-Key": ""}, b'{"order_id": 7}'),
        ({"Idempotency-Key": "key-1"}, b""),
        ({"Idempotency-Key": "key-1"}, b"not json"),
        ({"Idempotency-Key": "key-1"}, b"\xff"),
        ({"Idempotency-Key": "key-1"}, b"[7]"),
        ({"Idempotency-Key": "key-1"}, b'{"order": 7}'),
    ],
    ids=["no key", "empty key", "no body", "no JSON", "no UTF-8", "a list", "no order"],
)
def test_call_without_key_or_order_is_refused(
    make_carrier: Callable[..., CarrierEmulator], headers: dict[str, str], body: bytes
):
    carrier = make_carrier()

    answer = requests.post(carrier.url, data=body, headers=headers, timeout=PATIENCE)

    assert answer.status_code == 400
    assert answer.json() == {"error": "an Idempotency-Key and an order are needed"}
    assert carrier.parcels == {}


@pytest.mark.parametrize(
    ("fault", "status", "error"), [("error", 500, "out of order"), ("refuse", 400, "refused")]
)
def test_fault_is_answered_and_no_parcel_is_taken(
    make_carrier: Callable[..., CarrierEmulator], fault: str, status: int, error: str
):
    carrier = make_carrier(faults=[fault])

    answer = announced(carrier, "key-1")

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert carrier.parcels == {}


def test_reset_connection_is_not_answered_at_all(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier(faults=["reset"])

    with pytest.raises(requests.ConnectionError):
        announced(carrier, "key-1")

    assert carrier.parcels == {}


def test_lost_answer_leaves_a_parcel_that_the_next_attempt_finds(
    make_carrier: Callable[..., CarrierEmulator],
):
    carrier = make_carrier(faults=["lose"])

    with pytest.raises(requests.ConnectionError):
        announced(carrier, "key-1")
    taken = dict(carrier.parcels)
    carrier.faults = ()
    answer = announced(carrier, "key-1")

    assert taken == {"key-1": answer.json()["tracking_number"]}
    assert carrier.parcels == taken


def test_slow_answer_comes_after_the_seconds_that_were_set(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier(faults=["slow"], slow_seconds=0.3)

    answer = announced(carrier, "key-1")

    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.3


def test_log_holds_a_line_for_each_announcement_that_was_taken(
    make_carrier: Callable[..., CarrierEmulator], tmp_path: Path
):
    carrier, refusing = make_carrier(), make_carrier(faults=["refuse"])
    carrier.log = refusing.log = tmp_path / "parcels"

    numbers = [announced(carrier, key).json()["tracking_number"] for key in ("key-1", "key-2", "key-1")]
    announced(refusing, "key-3")

    lines = [json.loads(line) for line in (tmp_path / "parcels").read_text().splitlines()]
    assert lines == [
        {"key": key, "order_id": 7, "tracking_number": number}
        for key, number in zip(("key-1", "key-2", "key-1"), numbers, strict=True)
    ]


def test_faults_of_rate_nought_never_happen(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier(faults=["error", "refuse", "reset"], rate=0.0)

    statuses = {announced(carrier, f"key-{number}").status_code for number in range(20)}

    assert statuses == {201}


def test_parcels_are_listed(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier()
    before = requests.get(carrier.url, timeout=PATIENCE)
    numbers = {key: announced(carrier, key).json()["tracking_number"] for key in ("key-1", "key-2")}

    after = requests.get(carrier.url, timeout=PATIENCE)

    assert (before.status_code, before.json()) == (200, {"parcels": {}})
    assert (after.status_code, after.json()) == (200, {"parcels": numbers})


def test_parcels_are_listed_while_calls_meet_faults(make_carrier: Callable[..., CarrierEmulator]):
    carrier = make_carrier(faults=["error"])

    listed = requests.get(carrier.url, timeout=PATIENCE)

    assert (listed.status_code, listed.json()) == (200, {"parcels": {}})


def announced(carrier: CarrierEmulator, key: str) -> requests.Response:
    return requests.post(carrier.url, json=PARCEL, headers={"Idempotency-Key": key}, timeout=PATIENCE)
