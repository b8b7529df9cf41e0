"""Placing and quoting know the same reasons against an order, and tell them in the same order."""

from collections.abc import Collection
from itertools import combinations
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product, make_products
from apps.delivery.models import DeliveryMethod, DeliveryRate, PickupPoint
from apps.jobs.models import Job
from apps.orders.checkout import assessment, price, price_changes, problems, quote
from apps.orders.models import Order
from apps.orders.services import placement
from apps.orders.tests.checkout_shop import ADDRESS, make_coupon, make_method, make_payment_method, make_point

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
UNKNOWN = 10**9
REASONS = (
    "email_unverified",
    "product_unavailable",
    "quantity_too_large",
    "quantity_step",
    "insufficient_stock",
    "delivery_required",
    "delivery_unavailable",
    "delivery_too_heavy",
    "address_required",
    "validation_error",
    "pickup_point_required",
    "pickup_point_unavailable",
    "coupon_invalid",
    "payment_method_required",
    "payment_method_unavailable",
    "total_too_large",
    "price_changed",
)
# Of each of these there is at most one.
EXCLUSIVE = [
    {"delivery_required", "delivery_unavailable", "delivery_too_heavy"},
    {"delivery_required", "address_required"},
    {"address_required", "validation_error"},
    {"delivery_required", "pickup_point_required", "pickup_point_unavailable"},
    {"payment_method_required", "payment_method_unavailable"},
]
# With one of these the total lacks something that was chosen: it says nothing about prices.
INCOMPLETE = {
    "product_unavailable",
    "delivery_unavailable",
    "delivery_too_heavy",
    "address_required",
    "pickup_point_required",
    "pickup_point_unavailable",
    "coupon_invalid",
}

pytestmark = pytest.mark.django_db


def are_possible(chosen: Collection[str]) -> bool:
    return all(len(group.intersection(chosen)) < 2 for group in EXCLUSIVE)


def without(*left_out: str) -> tuple[str, ...]:
    """Return all the reasons but for these."""
    found = tuple(reason for reason in REASONS if reason not in left_out)
    assert are_possible(found)
    return found


def choices() -> list[Any]:
    """Return all pairs of reasons, of which those that are near each other are not long; and many at once."""
    found: list[Any] = [(), *((reason,) for reason in REASONS)]
    for first, second in filter(are_possible, combinations(REASONS, 2)):
        is_near = REASONS.index(second) - REASONS.index(first) <= 2
        found.append(pytest.param((first, second), marks=() if is_near else pytest.mark.long))
    of_payment, of_point = ("payment_method_required",), ("pickup_point_required",)
    some = ("delivery_required", "delivery_unavailable", "address_required", *of_payment, *of_point)
    return [
        *found,
        without(*some),
        without(
            "delivery_required",
            "delivery_too_heavy",
            "validation_error",
            "pickup_point_unavailable",
            *of_payment,
        ),
        without(
            "delivery_unavailable",
            "delivery_too_heavy",
            "address_required",
            "pickup_point_unavailable",
            *of_point,
            "payment_method_unavailable",
        ),
    ]


class Case:
    """A shop and a body against which there is every reason that was chosen, and no other."""

    def __init__(self, chosen: Collection[str], settings: Any) -> None:
        self.has = {reason: reason in chosen for reason in REASONS}
        settings.ORDERS_NEED_VERIFIED_EMAIL = self.has["email_unverified"]
        settings.ORDERS_NEED_DELIVERY = self.has["delivery_required"]
        settings.ORDERS_NEED_PAYMENT_METHOD = self.has["payment_method_required"]
        self.body: dict[str, Any] = {"items": self.items(), **self.destination()}
        if self.has["coupon_invalid"]:
            self.body["coupon"] = "NO-SUCH-CODE"
        if self.has["payment_method_unavailable"]:
            self.body["payment_method"] = "barter"
        if self.has["price_changed"]:
            self.body["expected_total"] = "0.01"

    def items(self) -> list[dict[str, int]]:
        has = self.has
        quantities = {make_product(price="1.00", stock=20_000).pk: 10_000 + has["quantity_too_large"]}
        quantities |= {UNKNOWN: 1} if has["product_unavailable"] else {}
        quantities |= {make_product(price="1.00", quantity_step=2).pk: 3} if has["quantity_step"] else {}
        quantities |= {make_product(price="1.00", stock=1).pk: 2} if has["insufficient_stock"] else {}
        if has["total_too_large"]:
            quantities |= {ring.pk: 10_000 for ring in make_products(11, stock=10_000, price="99999999.99")}
        return [
            {"product_id": pk, "quantity": part}
            for pk, quantity in quantities.items()
            for part in (quantity // 2, quantity - quantity // 2)
            if part
        ]

    def destination(self) -> dict[str, Any]:
        has = self.has
        address = {"country": "RU", "city": "Москва", "postal_code": "101000", "line1": "Мясницкая, 1"}
        body: dict[str, Any] = {"shipping_address": address} if has["validation_error"] else {}
        if has["delivery_required"]:
            return body
        is_at_point = has["pickup_point_required"] or has["pickup_point_unavailable"]
        method = make_method("pickup_point" if is_at_point else "courier", carrier="boxes")
        limits = {"max_total": 1 if has["delivery_unavailable"] else None}
        limits["max_weight_g"] = 1 if has["delivery_too_heavy"] else None
        DeliveryMethod.objects.filter(pk=method.pk).update(**limits)
        make_point(is_active=False)
        if has["pickup_point_unavailable"]:
            body["pickup_point"] = {"provider": "boxes", "code": "MSK1"}
        if not (has["address_required"] or has["validation_error"]):
            body["shipping_address"] = ADDRESS
        return body | {"delivery": {"method": method.code}}


@pytest.mark.parametrize("chosen", choices(), ids=" ".join)
def test_placing_is_refused_for_what_the_quote_tells_first(customer_api: APIClient, settings, chosen):
    case = Case(chosen, settings)

    told = customer_api.post(QUOTE, case.body).json()["problems"]
    placed = customer_api.post(ORDERS, case.body)

    expected = [reason for reason in REASONS if case.has[reason]]
    if INCOMPLETE.intersection(chosen) and case.has["price_changed"]:
        expected.remove("price_changed")
    assert [problem["code"] for problem in told] == expected
    if told:
        assert placed.status_code == {"email_unverified": 403, "price_changed": 409}.get(expected[0], 400)
        members = {name: value for name, value in placed.json().items() if name in told[0]}
        assert members == told[0]
        assert (Order.objects.count(), Job.objects.count()) == (0, 0)
    else:
        assert placed.status_code == 201


def fault(code: str, detail: str, pointer: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "detail": detail, "pointer": pointer}]}


COURIER = {
    "method": "courier",
    "name": "Courier",
    "kind": "courier",
    "available": True,
    "reason": None,
    "price": "350.00",
    "discount": "0.00",
    "free_from": None,
    "days_min": None,
    "days_max": None,
}
METHOD, POINT = {"delivery": {"method": "courier"}}, {"delivery": {"method": "pickup_point"}}
NO_POINT = "There is no such pick-up point for this delivery method."
NOT_VALID, NOTHING = "This code is not valid.", "This code does not apply to anything in the order."
TOO_LITTLE = "The order total is too low for this code."
NO_PAYMENT = "This payment method is not available for the order."


@pytest.mark.parametrize(
    ("more", "code", "members"),
    [
        ({"delivery": None}, "delivery_required", {"options": [COURIER]}),
        ({"delivery": {"method": "Courier"}}, "delivery_unavailable", {"options": [COURIER]}),
        ({"delivery": {"method": "light"}}, "delivery_too_heavy", {"options": [COURIER]}),
        ({"delivery": {"method": "off"}}, "delivery_unavailable", {"options": [COURIER]}),
        (
            {"shipping_address": None},
            "address_required",
            fault("required", "This field is required.", "/shipping_address"),
        ),
        (
            {"billing_address": {"country": "RU", "name": "A", "city": "B", "line1": "C"}},
            "validation_error",
            fault("field_required_here", "This field is required here.", "/billing_address/postal_code"),
        ),
        (POINT, "pickup_point_required", fault("required", "This field is required.", "/pickup_point")),
        (
            POINT | {"pickup_point": {"provider": "others", "code": "MSK1"}},
            "pickup_point_unavailable",
            fault("does_not_exist", NO_POINT, "/pickup_point"),
        ),
        (
            {"coupon": "NONE"},
            "coupon_invalid",
            {"reason": "not_valid", "min_total": None, **fault("coupon_invalid", NOT_VALID, "/coupon")},
        ),
        (
            {"coupon": "MORE"},
            "coupon_invalid",
            {
                "reason": "below_minimum",
                "min_total": "99.50",
                **fault("coupon_invalid", TOO_LITTLE, "/coupon"),
            },
        ),
        (
            {"coupon": "FREE", "delivery": {"method": "gift"}},
            "coupon_invalid",
            {"reason": "nothing_applies", "min_total": None, **fault("coupon_invalid", NOTHING, "/coupon")},
        ),
        ({"payment_method": None}, "payment_method_required", {}),
        (
            {"payment_method": "later"},
            "payment_method_unavailable",
            fault("payment_method_unavailable", NO_PAYMENT, "/payment_method"),
        ),
    ],
)
def test_a_problem_has_the_members_of_its_code(
    customer_api: APIClient, settings, more: dict[str, Any], code: str, members: dict[str, Any]
):
    settings.ORDERS_NEED_DELIVERY = settings.ORDERS_NEED_PAYMENT_METHOD = True
    make_shop_of_limits()
    items = [{"product_id": make_product(price="10.00", weight_g=700).pk, "quantity": 1}]
    body = {"items": items, "shipping_address": ADDRESS, "payment_method": "manual", **METHOD, **more}
    customer_api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    (told,) = customer_api.post(QUOTE, body).json()["problems"]
    refused = customer_api.post(ORDERS, body)

    assert (told.pop("code"), bool(told.pop("detail"))) == (code, True)
    if "options" in members:  # of a gift, too
        told["options"] = [option for option in told["options"] if option["method"] == "courier"]
    assert told == members
    assert refused.status_code == 400
    assert {name: refused.json()[name] for name in members if name != "options"} == {
        name: value for name, value in members.items() if name != "options"
    }


def make_shop_of_limits() -> None:
    make_method()
    light = make_method("light", kind="courier", max_weight_g=699)
    assert DeliveryRate.objects.filter(method=light).exists()
    make_method("off", kind="courier", is_active=False)
    make_method("gift", kind="courier", price="0.00")
    make_method("pickup_point", carrier="boxes")
    make_point()
    PickupPoint.objects.create(
        provider="others", code="MSK1", kind="pvz", name="Чужой", country="RU", city="Москва", address="1"
    )
    make_coupon("MORE", min_total="99.50")
    make_coupon("FREE", kind="free_delivery", value=0)
    make_payment_method("later", min_total="1000.00")


def test_quotes_and_orders_are_priced_and_judged_by_the_same_functions():
    assert assessment.price is price_changes.price is price
    assert quote.assess is placement.assess is assessment.assess
    assert quote.problems is placement.problems is problems
