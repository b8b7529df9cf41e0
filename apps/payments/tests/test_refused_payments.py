"""Requests to pay that are refused: each with its reason, and nothing is begun."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.tests.answers import refusal_of
from apps.jobs.models import CircuitState
from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.checkout_shop import make_method
from apps.payments.models import Payment
from apps.payments.tests.api_calls import manual_method, start
from apps.payments.tests.tills import order_for, paid
from online_store.env import Rate

pytestmark = pytest.mark.django_db


def test_an_unusable_key_is_refused(provider, online, customer, customer_api):
    response = start(customer_api, order_for(customer), key="a b")

    assert refusal_of(response) == (400, "idempotency_key_invalid", [])
    assert not Payment.objects.exists()


def cancelled(order: Order) -> None:
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=order.user)


@pytest.mark.parametrize("case", ["cancelled", "of the former release"])
def test_an_order_that_cannot_be_paid(provider, online, customer, customer_api, case):
    order = order_for(customer)
    if case == "cancelled":
        cancelled(order)
    else:
        Order.objects.filter(pk=order.pk).update(items_total=None)

    assert refusal_of(start(customer_api, order)) == (409, "order_not_payable", [])
    assert not Payment.objects.exists()


def test_an_expired_order_is_not_payable_not_even_by_a_double_click(
    provider, online, customer, customer_api, settings
):
    order = order_for(customer)
    start(customer_api, order, key="one")
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    for key in (None, "one", "two"):
        assert refusal_of(start(customer_api, order, key=key)) == (409, "order_not_payable", [])


def test_nothing_is_due_of_a_paid_order(provider, online, customer, customer_api):
    order = order_for(customer)
    paid(provider, order)

    assert refusal_of(start(customer_api, order)) == (409, "nothing_due", [])
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("method", ["barter", "off", "dear", "by-post", "of-nobody"])
def test_a_method_that_is_not_for_the_order(provider, online, customer, customer_api, method):
    manual_method("off", is_active=False)
    manual_method("dear", min_total=Decimal("100.01"))
    manual_method("by-post").delivery_methods.add(make_method("post"))
    manual_method("of-nobody", provider="stripe")
    order = order_for(customer)
    response = start(customer_api, order, method=method)

    fault = ("payment_method_unavailable", "/method")
    assert refusal_of(response) == (400, "payment_method_unavailable", [fault])
    assert not Payment.objects.exists()


def test_a_return_url_of_somebody_else(provider, online, customer, customer_api, settings):
    settings.PAYMENT_RETURN_URLS = ["https://shop.example"]
    order = order_for(customer)
    allowed = start(customer_api, order, return_url="https://shop.example/thanks?order=1")
    foreign = start(customer_api, order, return_url="https://shop.example.evil.example/")

    assert allowed.status_code == 201
    assert Payment.objects.get().return_url == "https://shop.example/thanks?order=1"
    fault = ("return_url_not_allowed", "/return_url")
    assert refusal_of(foreign) == (400, "return_url_not_allowed", [fault])


def test_a_provider_that_is_away_for_longer_begins_nothing(provider, online, customer, customer_api):
    order = order_for(customer)
    later = timezone.now() + timedelta(seconds=30)
    CircuitState.objects.create(name="provider:emulator", failures=5, paused_until=later)
    response = start(customer_api, order)

    assert refusal_of(response) == (503, "provider_unavailable", [])
    assert response["Retry-After"] == "30"
    assert not Payment.objects.exists()
    CircuitState.objects.update(paused_until=timezone.now())
    assert start(customer_api, order).status_code == 201


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"method": None}, ("null", "/method")),
        ({"method": 1}, ("invalid", "/method")),
        ({"method": ""}, ("blank", "/method")),
        ({"method": "x" * 41}, ("max_length", "/method")),
        ({"return_url": 1}, ("invalid", "/return_url")),
        ({"return_url": "x" * 1001}, ("max_length", "/return_url")),
        ({"amount": "1.00"}, ("unknown_member", "/amount")),
        ({"card_number": "4242424242424242"}, ("unknown_member", "/card_number")),
    ],
)
def test_a_wrong_body_is_refused(provider, online, customer, customer_api, body, fault):
    order = order_for(customer)

    assert refusal_of(start(customer_api, order, **body)) == (400, "validation_error", [fault])
    assert not Payment.objects.exists()


def test_payments_are_begun_so_often_in_an_hour_and_refusals_count(
    provider, online, customer, customer_api, settings
):
    settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), "payment": Rate(2, 3600)}
    order, other = order_for(customer), order_for(customer)
    answers = [
        start(customer_api, order, method="barter"),
        start(customer_api, order),
        start(customer_api, other),
    ]

    assert [answer.status_code for answer in answers] == [400, 201, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 3600
    assert Payment.objects.count() == 1
