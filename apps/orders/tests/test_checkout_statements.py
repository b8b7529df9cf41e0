"""How many statements a checkout takes: a number for each part of it, whatever the number of lines."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_products
from apps.delivery.models import SavedAddress
from apps.orders.api.serializers import PlaceOrderInput
from apps.orders.checkout import Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    make_automatic,
    make_coupon,
    make_method,
    make_payment_method,
    make_point,
    make_tax,
)
from apps.promotions.models import Promotion
from apps.store.configuration_cache import bump, current_configuration
from apps.users.models import User

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
AUTHENTICATION = 1
COURIER = {"delivery": {"method": "courier"}, "shipping_address": ADDRESS, "payment_method": "invoice"}
COUPON = COURIER | {"coupon": "TEA10"}
AT_A_POINT = {"delivery": {"method": "pickup_point"}, "pickup_point": {"provider": "boxes", "code": "MSK1"}}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(settings) -> None:
    """Tax everything, deliver by courier and to points, and take the code TEA10."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method()
    make_method("pickup_point", carrier="boxes")
    make_point()
    make_coupon()
    make_payment_method()


def limit(*, code: int | None = None, **limits: Any) -> None:
    """Give the promotion these limits, and its code one."""
    promotion = Promotion.objects.get(trigger="code")
    Promotion.objects.filter(pk=promotion.pk).update(**limits)
    promotion.codes.update(usage_limit=code)


def items(lines: int) -> list[dict[str, int]]:
    return [{"product_id": each.pk, "quantity": 1} for each in make_products(lines, price="100.00")]


def checkout_of(body: dict[str, Any], user: User) -> Checkout:
    own_addresses = SavedAddress.objects.filter(user=user)
    serializer = PlaceOrderInput(data=body, context={"own_addresses": own_addresses})
    serializer.is_valid(raise_exception=True)
    return serializer.checkout()


def statements_of(act: Callable[[], object]) -> list[str]:
    """Return the statements of the act, without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found = [query["sql"] for query in queries]
    return [sql for sql in found if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]


# What is in the body and in the shop, and the statements of placing it.
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any] | None, bool, int]] = {
    "the seed's body": ({}, None, False, 8),
    "delivery, address, tax and payment method": (COURIER, None, False, 9),
    "an automatic promotion": (COURIER, None, True, 10),
    "a coupon without a limit": (COUPON, {}, False, 12),
    "a coupon with one limit": (COUPON, {"usage_limit": 9}, False, 13),
    "a coupon with a limit of the code": (COUPON, {"usage_limit": 9, "code": 9}, False, 14),
    "a limit per customer": (COUPON, {"usage_limit": 9, "code": 9, "per_customer_limit": 9}, False, 15),
    "the first order only": (COUPON, {"usage_limit": 9, "code": 9, "first_order_only": True}, False, 15),
    "a pick-up point": (COURIER | AT_A_POINT, None, False, 10),
    "everything": (
        COUPON | AT_A_POINT,
        {"usage_limit": 9, "code": 9, "per_customer_limit": 9, "first_order_only": True},
        True,
        17,
    ),
}


@pytest.mark.parametrize("lines", [2, pytest.param(300, id="300")])
@pytest.mark.parametrize("row", ROWS)
def test_placing_takes_so_many_statements(customer: User, shop: None, row: str, lines: int):
    more, limits, has_automatic, expected = ROWS[row]
    if has_automatic:
        make_automatic(scope="items")
    if limits is not None:
        limit(**limits)
    checkout = checkout_of({"items": items(lines), **more}, customer)
    current_configuration()

    found = statements_of(lambda: place_order(user=customer, checkout=checkout, language="ru"))

    assert len(found) == expected, found


def test_saved_address_takes_one_more(customer_api: APIClient, customer: User, shop: None):
    saved = SavedAddress.objects.create(user=customer, **ADDRESS | {"phone": "+79123456789"})
    bodies = [{"items": items(2), **COURIER} for _body in range(2)]
    bodies[1]["shipping_address_id"] = saved.pk
    del bodies[1]["shipping_address"]
    current_configuration()

    inline, of_the_book = (
        len(statements_of(lambda body=body: customer_api.post(ORDERS, body))) for body in bodies
    )

    assert of_the_book == inline + 1
    assert Order.objects.count() == 2


@pytest.mark.parametrize("lines", [2, pytest.param(300, id="300")])
def test_everything_with_a_saved_address_takes_at_most_18(
    customer_api: APIClient, customer: User, shop: None, lines: int
):
    limit(usage_limit=9, code=9, per_customer_limit=9, first_order_only=True)
    make_automatic(scope="items")
    saved = SavedAddress.objects.create(user=customer, **ADDRESS | {"phone": "+79123456789"})
    body = {"items": items(lines), **COUPON, **AT_A_POINT, "shipping_address_id": saved.pk}
    del body["shipping_address"]
    current_configuration()

    found = statements_of(lambda: customer_api.post(ORDERS, body))

    assert Order.objects.get().discount_total == Decimal(lines) * (5 + Decimal("9.5"))
    assert len(found) - AUTHENTICATION <= 18, found


@pytest.mark.parametrize("row", ROWS)
def test_quoting_takes_at_most_six(customer_api: APIClient, shop: None, row: str):
    more, limits, has_automatic, _placing = ROWS[row]
    if has_automatic:
        make_automatic()
    limit(**(limits or {}))
    body = {"items": items(2), **more}
    current_configuration()

    found = statements_of(lambda: customer_api.post(QUOTE, body))

    assert len(found) - AUTHENTICATION <= 6, found


def test_the_first_order_after_an_edit_takes_at_most_twelve_more(customer: User, shop: None):
    make_automatic(scope="items")
    checkout = checkout_of({"items": items(2), **COUPON}, customer)
    current_configuration()
    warm = statements_of(lambda: place_order(user=customer, checkout=checkout, language="ru"))
    bump()

    cold = statements_of(lambda: place_order(user=customer, checkout=checkout, language="ru"))

    assert 0 < len(cold) - len(warm) <= 12, cold


@pytest.mark.parametrize(
    ("more", "has_automatic", "expected"),
    [
        ({}, False, 4),
        (COURIER, False, 5),
        ({}, True, 5),
        (COUPON, True, 6),
    ],
)
def test_details_take_one_more_for_addresses_and_one_for_discounts(
    customer_api: APIClient, customer: User, shop: None, more: dict, has_automatic: bool, expected: int
):
    if has_automatic:
        make_automatic()
    order = place_order(
        user=customer, checkout=checkout_of({"items": items(2), **more}, customer), language="ru"
    )

    found = statements_of(lambda: customer_api.get(f"{ORDERS}{order.pk}/"))

    assert len(found) == expected, found


@pytest.mark.parametrize(
    ("limits", "more"), [({}, 3), ({"usage_limit": 9}, 4), ({"usage_limit": 9, "code": 9}, 4)]
)
def test_cancelling_takes_so_many_more_with_a_coupon(
    customer_api: APIClient, customer: User, shop: None, limits: dict, more: int
):
    limit(**limits)
    counts = []  # more: the discount, the promotion's counter, the release, the code's counter
    for body in (COURIER, COUPON):
        checkout = checkout_of({"items": items(2), **body}, customer)
        order = place_order(user=customer, checkout=checkout, language="ru")
        address = f"{ORDERS}{order.pk}/"
        counts.append(len(statements_of(lambda at=address: customer_api.patch(at, {"status": "cancelled"}))))
        assert Order.objects.get(pk=order.pk).status == "cancelled"

    assert counts[1] - counts[0] == more


def test_cancelling_takes_one_more_with_an_automatic_promotion(
    customer_api: APIClient, customer: User, shop: None
):
    counts = []  # more: the discount
    for has_automatic in (False, True):
        if has_automatic:
            make_automatic()
        checkout = checkout_of({"items": items(2), **COURIER}, customer)
        order = place_order(user=customer, checkout=checkout, language="ru")
        address = f"{ORDERS}{order.pk}/"
        counts.append(len(statements_of(lambda at=address: customer_api.patch(at, {"status": "cancelled"}))))

    assert counts[1] - counts[0] == 1
