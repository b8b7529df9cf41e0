"""A setting says whether who has not confirmed the e-mail address may order."""

import pytest
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of
from apps.orders.models import Order
from apps.users.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("needed", "status"), [(False, 201), (True, 403)])
def test_setting_says_whether_who_has_not_confirmed_may_order(customer_api, settings, needed, status):
    settings.ORDERS_NEED_VERIFIED_EMAIL = needed
    item = {"product_id": make_product(stock=5).pk, "quantity": 1}

    response = customer_api.post("/api/v1/orders/", {"items": [item]}, headers={"accept-language": "en"})

    assert response.status_code == status
    assert Order.objects.exists() is not needed
    if needed:
        assert problem_of(response) == problem(403, "email_unverified", "Confirm your e-mail address first.")


@pytest.mark.parametrize(("needed", "is_confirmed"), [(False, False), (True, True), (True, False)])
def test_quote_tells_what_placing_would_refuse(customer, customer_api, settings, needed, is_confirmed):
    settings.ORDERS_NEED_VERIFIED_EMAIL = needed
    if is_confirmed:
        User.objects.filter(pk=customer.pk).update(email_verified_at=timezone.now())
    basket = {"items": [{"product_id": make_product(stock=5).pk, "quantity": 6}]}

    response = customer_api.post("/api/v1/orders/quote/", basket, headers={"accept-language": "en"})

    short = ["insufficient_stock"]
    expected = ["email_unverified", *short] if needed and not is_confirmed else short
    problems = response.json()["problems"]
    assert [problem["code"] for problem in problems] == expected
    if expected != short:
        assert problems[0] == {"code": "email_unverified", "detail": "Confirm your e-mail address first."}


def test_who_has_confirmed_may_order_everywhere(customer, customer_api, settings):
    settings.ORDERS_NEED_VERIFIED_EMAIL = True
    User.objects.filter(pk=customer.pk).update(email_verified_at=timezone.now())
    item = {"product_id": make_product(stock=5).pk, "quantity": 1}

    assert customer_api.post("/api/v1/orders/", {"items": [item]}).status_code == 201
