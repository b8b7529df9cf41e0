"""Payments as customers and staff read them, refresh them and give them up; and the methods to pay by."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.tests.answers import refusal_of
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import make_method
from apps.payments.models import Payment
from apps.payments.services import refund_order
from apps.payments.tests.api_calls import MEMBERS, STAFF_MEMBERS, manual_method, payments_of, start
from apps.payments.tests.tills import begun, order_for, paid, run_jobs
from apps.store.configuration_cache import current_configuration
from apps.users.models import User
from conftest import signed_in

METHODS = "/api/v1/payment-methods/"

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def one_of(payment: Payment, action: str = "") -> str:
    return f"/api/v1/orders/{payment.order_id}/payments/{payment.uid}/{action}"


def clerk_with(make_user, *names: str) -> User:
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def test_payments_are_listed_newest_first_with_their_refunds(
    provider, online, customer, staff, customer_api, staff_api
):
    order = order_for(customer)
    first = begun(order)
    Payment.objects.filter(pk=first.pk).update(amount=Decimal("40.00"))
    second = paid(provider, order)
    about = {"reason": "goodwill", "note": "late", "by": staff}
    refund_order(order_id=order.pk, amount=Decimal("10.00"), **about)
    run_jobs(order, "refund")
    refund_order(order_id=order.pk, amount=Decimal("5.50"), **about)
    response = customer_api.get(payments_of(order))

    assert response["Cache-Control"] == "no-store"
    newest, oldest = response.json()
    assert ([newest["id"], oldest["id"]], list(newest)) == ([str(second.uid), str(first.uid)], MEMBERS)
    assert (newest["captured"], newest["refunded"], newest["next_action"]) == ("100.00", "10.00", None)
    refunds = [{k: v for k, v in each.items() if k not in ("id", "created_at")} for each in newest["refunds"]]
    assert refunds == [
        {"amount": "5.50", "status": "created", "reason": "goodwill"},
        {"amount": "10.00", "status": "succeeded", "reason": "goodwill"},
    ]
    assert (oldest["is_current"], oldest["refunds"]) == (False, [])
    assert list(staff_api.get(payments_of(order)).json()[0]) == STAFF_MEMBERS


def test_a_payment_is_read_by_its_order_and_number_alone(provider, online, customer, customer_api):
    payment = begun(order_for(customer))
    other = order_for(customer)

    response = customer_api.get(one_of(payment))
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert response.json()["id"] == str(payment.uid)
    assert customer_api.get(f"{payments_of(other)}{payment.uid}/").status_code == 404
    assert customer_api.get(f"{payments_of(other)}{uuid4()}/").status_code == 404
    assert customer_api.get(f"{payments_of(other)}{payment.pk}/").status_code == 404


def test_refreshing_asks_the_provider_at_most_once_in_three_seconds(provider, online, customer, customer_api):
    payment = begun(order_for(customer))
    provider.pay(payment.provider_id)
    at_once = customer_api.post(one_of(payment, "refresh/"))
    Payment.objects.update(checked_at=timezone.now() - timedelta(seconds=4))
    later = customer_api.post(one_of(payment, "refresh/"))
    again = customer_api.post(one_of(payment, "refresh/"))

    assert [each.json()["status"] for each in (at_once, later, again)] == ["requires_action", "paid", "paid"]
    assert provider.calls == ["create", "fetch"]
    assert Order.objects.get(pk=payment.order_id).status == "processing"


def test_refreshing_without_an_answer_shows_what_is_known(provider, online, customer, customer_api):
    payment = begun(order_for(customer))
    Payment.objects.update(checked_at=None)
    provider.is_away = True
    response = customer_api.post(one_of(payment, "refresh/"))

    assert (response.status_code, response.json()["status"]) == (200, "requires_action")
    assert response.json()["checked_at"] is None


def test_a_payment_that_is_given_up_is_cancelled_at_its_provider_by_a_job(
    provider, online, customer, customer_api
):
    payment = begun(order_for(customer))
    response = customer_api.post(one_of(payment, "cancel/"))

    assert (response.status_code, response.json()["is_current"]) == (200, False)
    assert response.json()["status"] == "requires_action"
    assert Job.objects.filter(kind="payment_cancel").count() == 1
    run_jobs(payment.order, "payment_cancel")
    assert customer_api.get(one_of(payment)).json()["status"] == "cancelled"
    assert refusal_of(customer_api.post(one_of(payment, "cancel/"))) == (409, "payment_state", [])


def test_a_payment_by_hand_is_cancelled_at_once(provider, customer, customer_api):
    manual_method()
    order = order_for(customer, method="transfer")
    payment = begun(order, method="transfer")
    response = customer_api.post(one_of(payment, "cancel/"))

    assert response.json()["status"] == "cancelled"
    assert (response.json()["is_current"], response.json()["next_action"]) == (False, None)
    assert Order.objects.get(pk=order.pk).payment_status == "unpaid"


@pytest.mark.parametrize("action", ["refresh/", "cancel/"])
def test_an_action_takes_no_body(provider, online, customer, customer_api, action):
    payment = begun(order_for(customer))
    response = customer_api.post(one_of(payment, action), {"force": True})

    assert refusal_of(response) == (400, "validation_error", [("unknown_member", "/force")])
    assert Payment.objects.get().is_current


@pytest.mark.parametrize("action", ["", "refresh/", "cancel/"])
def test_somebody_else_s_payment_is_not_there(provider, online, customer, other_customer, action):
    payment = begun(order_for(customer))
    client = signed_in(other_customer)
    response = client.post(one_of(payment, action)) if action else client.get(one_of(payment))

    assert refusal_of(response) == (404, "not_found", [])
    assert provider.calls == ["create"]
    assert Payment.objects.get().is_current


def test_somebody_else_s_order_is_not_paid(provider, online, customer, other_customer):
    order = order_for(customer)

    assert refusal_of(start(signed_in(other_customer), order)) == (404, "not_found", [])
    assert customer_cannot_even_with_the_permission(other_customer, order)
    assert not Payment.objects.exists()


def customer_cannot_even_with_the_permission(user: User, order: Order) -> bool:
    """Tell whether a permission without being staff opens nothing."""
    user.user_permissions.set(Permission.objects.filter(codename="add_payment"))
    return start(signed_in(user), order).status_code == 404


@pytest.mark.parametrize(
    ("names", "status"),
    [((), 404), (("view_order",), 403), (("view_order", "view_payment"), 403), (("add_payment",), 201)],
)
def test_staff_pay_for_customers_with_the_permission_alone(
    provider, online, customer, make_user, names, status
):
    order = order_for(customer)
    clerk = clerk_with(make_user, *names)
    response = start(signed_in(clerk), order)

    assert response.status_code == status
    assert [payment.created_by for payment in Payment.objects.all()] == ([clerk] if status == 201 else [])


def test_payments_are_read_with_the_same_statements_however_many_there_are(
    provider, online, customer, customer_api
):
    order = order_for(customer)
    counts = []
    for _round in range(2):
        Payment.objects.update(is_current=False, status="cancelled")
        begun(order)
        with CaptureQueriesContext(connection) as queries:
            customer_api.get(payments_of(order))
        counts.append(len(queries))

    assert counts == [4, 4]  # the caller, the order, its payments, their refunds


def test_methods_are_listed_for_everyone_without_a_look_at_rows(api, online, settings):
    settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
    manual_method(position=1)
    manual_method("off", is_active=False)
    current_configuration()
    with CaptureQueriesContext(connection) as queries:
        response = api.get(METHODS, headers={"Accept-Language": "en"})

    assert len(queries) == 1  # the configuration's version
    assert response.json() == {
        "count": 3,
        "next": None,
        "previous": None,
        "results": [
            {"code": "manual", "name": "By invoice", "terms": "invoice", "instructions": ""},
            {"code": "online", "name": "Card", "terms": "prepaid", "instructions": ""},
            {"code": "transfer", "name": "Transfer", "terms": "invoice", "instructions": "По реквизитам"},
        ],
    }


def test_methods_for_an_order_are_those_that_it_can_be_paid_by(
    provider, online, customer, customer_api, staff_api
):
    manual_method("dear", min_total=Decimal("100.01"))
    manual_method("cheap", max_total=Decimal("99.99"))
    manual_method("by-post").delivery_methods.add(make_method("post"))
    order = order_for(customer)

    for client in (customer_api, staff_api):
        response = client.get(f"{METHODS}?order={order.pk}")
        assert [row["code"] for row in response.json()["results"]] == ["manual", "online"]


def test_methods_for_an_order_are_not_for_others(provider, customer, other_customer, api, make_user):
    address = f"{METHODS}?order={order_for(customer, method='manual').pk}"

    assert refusal_of(api.get(address)) == (401, "not_authenticated", [])
    assert signed_in(other_customer).get(address).status_code == 404
    assert signed_in(clerk_with(make_user)).get(address).status_code == 404
    assert signed_in(clerk_with(make_user, "view_order")).get(address).status_code == 200


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("order=x", ("invalid", "order")),
        ("order=0", ("min_value", "order")),
        (f"order={10**30}", ("max_value", "order")),
        ("oder=1", ("unknown_parameter", "oder")),
        ("order=1&order=2", ("duplicate_parameter", "order")),
        ("page_size=101", ("invalid", "page_size")),
    ],
)
def test_a_wrong_query_for_methods(db, api, query, fault):
    assert refusal_of(api.get(f"{METHODS}?{query}")) == (400, "invalid_query", [fault])


def test_methods_come_in_pages(db, api):
    for number in range(3):
        manual_method(f"m{number}", position=number + 1)
    response = api.get(f"{METHODS}?page_size=2&page=2").json()

    assert (response["count"], [row["code"] for row in response["results"]]) == (4, ["m1", "m2"])
    assert api.get(f"{METHODS}?page=2").status_code == 404


def test_head_tells_what_get_would_give(provider, online, customer, customer_api):
    payment = begun(order_for(customer))

    for address in (METHODS, payments_of(payment.order), one_of(payment)):
        given, told = customer_api.get(address), customer_api.head(address)
        assert (told.status_code, told.content) == (200, b"")
        assert told["Content-Length"] == str(len(given.content))
