"""Hostile values in every member of a checkout: both calls refuse them alike, with a pointer."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.delivery.models import ADDRESS_FIELDS, SavedAddress
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    make_automatic,
    make_coupon,
    make_method,
    make_payment_method,
    make_point,
)
from apps.users.models import User
from tests.support.parameters import spread

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
HUGE = "я" * 10_000
NO_TEXTS = [1, 0, -1, 1.5, True, False, [], {}, [""], {"a": "b"}, [[[[]]]]]
BROKEN_TEXTS = ["\0", "a\0b", "\ud800", "a\udfffb", HUGE]
NO_OBJECTS = [1, 1.5, True, "", "x", HUGE, "\ud800", [], [{}], [[[[{}]]]], "null"]
UNKNOWN_MEMBER = {"price": "0.01"}

# What a member may be, a pointer into the body, and what it may not be.
WRONG: dict[str, list[Any]] = {
    "/coupon": [*NO_TEXTS, *BROKEN_TEXTS, "x" * 41],
    "/payment_method": [*NO_TEXTS, *BROKEN_TEXTS, "x" * 41],
    "/customer_note": [*NO_TEXTS, *BROKEN_TEXTS, "я" * 1001],
    "/gift_message": [*NO_TEXTS, *BROKEN_TEXTS, "я" * 1001],
    "/delivery": NO_OBJECTS,
    "/delivery/method": [*NO_TEXTS, *BROKEN_TEXTS, None, "", " ", "x" * 41],
    "/pickup_point": NO_OBJECTS,
    "/pickup_point/provider": [*NO_TEXTS, *BROKEN_TEXTS, None, "", "x" * 21],
    "/pickup_point/code": [*NO_TEXTS, *BROKEN_TEXTS, None, "", "x" * 41],
    "/shipping_address": NO_OBJECTS,
    "/billing_address": NO_OBJECTS,
    **{
        f"/shipping_address/{member}": [True, [], {"a": "b"}, "\0", "\ud800", HUGE]
        for member in ADDRESS_FIELDS
    },
    "/shipping_address/country": [*NO_TEXTS, *BROKEN_TEXTS, None, "", " "],
    "/billing_address/line1": [*NO_TEXTS, *BROKEN_TEXTS],
    "/shipping_address_id": [0, -1, 10**30, 2**63, 1.5, True, "", "1", "x", HUGE, [], {}, "\0", "٣"],
    "/expected_total": ["-0.01", "NaN", "1e9", "0.001", True, [], {}, "٣", "", HUGE, "\0", "10" * 9],
    "/delivery/price": ["0.01", None],  # of no such member
    "/pickup_point/name": ["x"],
    "/shipping_address/email": ["a@b.example"],
    "/price": ["0.01"],
    "/discount": ["0.01", None],
}
PARTS = 3  # of the values of a member: `make test` takes one of them, and the last value

pytestmark = pytest.mark.django_db


@pytest.fixture
def body() -> dict[str, Any]:
    make_method()
    make_point()
    make_coupon()
    return {
        "items": [{"product_id": make_product(stock=5).pk, "quantity": 1}],
        "delivery": {"method": "courier"},
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "pickup_point": {"provider": "boxes", "code": "MSK1"},
        "coupon": "TEA10",
        "payment_method": "manual",
    }


def send(client: APIClient, path: str, body: dict[str, Any]) -> Any:
    """Send the body as it is, half surrogates too."""
    return client.generic("POST", path, json.dumps(body), content_type="application/json")


def with_value(body: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    *above, member = pointer.strip("/").split("/")
    if not above:
        return {**body, member: value}
    return {**body, above[0]: {**body[above[0]], member: value}}


@pytest.mark.parametrize(("pointer", "part"), spread(list(WRONG), range(PARTS)))
def test_wrong_value_is_refused_alike(customer_api: APIClient, body: dict, pointer: str, part: int):
    if pointer == "/shipping_address_id":
        del body["shipping_address"]

    for value in [*WRONG[pointer][part::PARTS], WRONG[pointer][-1]]:
        wrong = with_value(body, pointer, value)
        answers = [send(customer_api, path, wrong) for path in (QUOTE, ORDERS)]

        assert [answer.status_code for answer in answers] == [400, 400], ascii(value)[:80]
        told = [answer.json() | {"request_id": ""} for answer in answers]
        assert told[0] == told[1]
        if told[0]["code"] != "parse_error":
            assert told[0]["code"] == "validation_error"
            pointers = [error["pointer"] for error in told[0]["errors"]]
            assert all(found == pointer or found.startswith(f"{pointer}/") for found in pointers), ascii(
                value
            )
        assert len(answers[0].content) < 2_000
    assert (Order.objects.count(), Job.objects.count(), Product.objects.get().stock) == (0, 0, 5)


BIDI = "\u202eabc\u202c \u2066x\u2069 \u200f\u061c"
ODD_TEXTS = [
    "a\x01\x1b[31mb",
    "line\r\nbreak\ttab",
    BIDI,
    "<script>alert(1)</script>",
    "=1+1",
    "%s%(x)s{0}",
    "🫖" * 40,
]
NOTES = ["/customer_note", "/gift_message"]
LINES = [f"/shipping_address/{name}" for name in ("name", "company", "city", "line1", "note")]


@pytest.mark.parametrize(("pointer", "part"), spread([*NOTES, *LINES], range(PARTS)))
def test_odd_text_is_kept_as_typed_or_in_one_line(
    customer_api: APIClient, body: dict, pointer: str, part: int
):
    *above, member = pointer.strip("/").split("/")
    Product.objects.update(stock=100)
    for text in ODD_TEXTS[part::PARTS]:
        odd = with_value(body, pointer, text)

        quoted, placed = send(customer_api, QUOTE, odd), send(customer_api, ORDERS, odd)

        assert (quoted.status_code, placed.status_code) == (200, 201)
        assert quoted.json()["problems"] == []
        order = customer_api.get(placed["Location"]).json()
        kept = order[above[0]][member] if above else order[member]
        assert kept == text if pointer in NOTES else kept.isprintable() or "\u202e" in text


CODES = ["/coupon", "/payment_method", "/delivery/method", "/pickup_point/code", "/pickup_point/provider"]
STRANGE_CODES = ["x\x01y", "a\u202e", "' OR 1=1 --", "🫖", "ﬀ" * 10, "ß" * 20, "%", "../..", "TEA10\u200b"]


@pytest.mark.parametrize("pointer", CODES)
def test_strange_code_is_none(customer_api: APIClient, body: dict, pointer: str):
    make_method("pickup_point", carrier="boxes")
    if pointer.startswith("/pickup_point"):
        body["delivery"] = {"method": "pickup_point"}
    code_of_the_problem = {
        "/coupon": "coupon_invalid",
        "/payment_method": "payment_method_unavailable",
        "/delivery/method": "delivery_unavailable",
    }.get(pointer, "pickup_point_unavailable")
    for code in STRANGE_CODES:
        strange = with_value(body, pointer, code[:20])

        quoted, placed = send(customer_api, QUOTE, strange), send(customer_api, ORDERS, strange)

        assert (quoted.status_code, placed.status_code) == (200, 400), ascii(code)
        (problem,) = quoted.json()["problems"]
        assert problem["code"] == code_of_the_problem
        assert {name: placed.json()[name] for name in problem} == problem
    assert not Order.objects.exists()


NOTHING: dict[str, Any] = dict.fromkeys(
    ["delivery", "shipping_address", "shipping_address_id", "billing_address", "pickup_point", "coupon"]
)
NOTHING |= dict.fromkeys(["payment_method", "customer_note", "gift_message", "expected_total"])


def test_null_is_the_same_as_absent(customer_api: APIClient, body: dict):
    plain = {"items": body["items"]}
    empty = (
        plain | NOTHING | dict.fromkeys(["coupon", "payment_method", "customer_note", "gift_message"], " ")
    )

    answers = [customer_api.post(QUOTE, each) for each in (plain, plain | NOTHING, empty)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert customer_api.post(ORDERS, plain | NOTHING).status_code == 201


def test_address_of_somebody_else_s_book_does_not_exist(
    customer_api: APIClient, other_customer: User, customer: User, body: dict
):
    clean = ADDRESS | {"phone": "+79123456789"}
    own, other = (SavedAddress.objects.create(user=user, **clean) for user in (customer, other_customer))
    del body["shipping_address"]

    for path in (QUOTE, ORDERS):
        for wrong in (other.pk, 10**9):
            refused = customer_api.post(path, body | {"shipping_address_id": wrong})
            (error,) = refused.json()["errors"]
            assert (refused.status_code, error["code"], error["pointer"]) == (
                400,
                "does_not_exist",
                "/shipping_address_id",
            )
        both = customer_api.post(path, body | {"shipping_address_id": own.pk, "shipping_address": ADDRESS})
        (error,) = both.json()["errors"]
        assert (both.status_code, error["code"], error["pointer"]) == (
            400,
            "conflict",
            "/shipping_address_id",
        )
    assert customer_api.post(ORDERS, body | {"shipping_address_id": own.pk}).status_code == 201


@pytest.mark.parametrize("delivery", [{}, {"delivery": {"method": "courier"}}])
def test_total_of_nothing_by_a_promotion_is_not_due_and_is_processed(
    customer_api: APIClient, body: dict, delivery: dict
):
    make_coupon("GIFT", value=100)
    make_payment_method("later", moves_to_processing=True)
    make_payment_method("cash", moves_to_processing=True, terms="on_delivery")
    gift = {"items": body["items"], "coupon": "GIFT", "shipping_address": ADDRESS, **delivery}
    if delivery:
        make_automatic(kind="free_delivery", value=0)

    orders = [
        customer_api.post(ORDERS, gift | {"payment_method": method, "expected_total": "0.00"}).json()
        for method in ("later", "cash", None)
    ]

    assert [(each["total_price"], each["amount_due"]) for each in orders] == [("0.00", "0.00")] * 3
    assert [(each["payment_status"], each["status"]) for each in orders] == [
        ("not_due", "processing"),
        ("not_due", "pending"),
        ("not_due", "pending"),
    ]
    assert [change["changed_by"] for change in orders[0]["history"]][1:] == ["system"]
