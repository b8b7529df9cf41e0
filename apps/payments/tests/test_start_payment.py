"""Payments that begin, or go on: every success of `POST orders/{id}/payments/`, and what it leaves behind."""

from decimal import Decimal

import pytest

from apps.core.tests.answers import refusal_of
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.payments.models import Payment
from apps.payments.services import ask, create_at_provider
from apps.payments.tests.api_calls import MEMBERS, STAFF_MEMBERS, manual_method, payments_of, start
from apps.payments.tests.tills import money_of, order_for

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def kinds_about_money(order: Order) -> list[str]:
    return sorted(Job.objects.filter(subject=f"money:{order.pk}").values_list("kind", flat=True))


def test_a_payment_begins_with_the_address_to_send_the_customer_to(provider, online, customer, customer_api):
    order = order_for(customer, price="50.50", quantity=2)
    response = start(customer_api, order)

    payment = Payment.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver{payments_of(order)}{payment.uid}/"
    assert "Idempotent-Replayed" not in response
    body = response.json()
    moments = {name: body.pop(name) for name in ("created_at", "checked_at")}
    assert body == {
        "id": str(payment.uid),
        "order_id": order.pk,
        "method": "online",
        "method_name": "Картой онлайн",
        "status": "requires_action",
        "is_current": True,
        "amount": "101.00",
        "captured": "0.00",
        "refunded": "0.00",
        "currency": "RUB",
        "next_action": {
            "type": "redirect",
            "url": f"https://pay.example/pay-{payment.uid}",
            "client_secret": None,
            "payload": None,
            "image_url": None,
            "instructions": None,
        },
        "failure_code": None,
        "card_brand": None,
        "card_last4": None,
        "expires_at": None,
        "refunds": [],
    }
    assert all(moment.endswith("Z") for moment in moments.values())
    assert (payment.created_by, payment.return_url) == (customer, "http://127.0.0.1:8000")
    assert money_of(order)["payment_status"] == "pending"


def test_a_payment_by_hand_is_pending_with_instructions_and_calls_nobody(provider, customer, customer_api):
    manual_method()
    order = order_for(customer, method="transfer")
    response = start(customer_api, order, method="transfer")

    assert response.status_code == 201
    body = response.json()
    assert (body["status"], body["next_action"]["type"]) == ("pending", "transfer")
    assert body["next_action"]["instructions"] == "По реквизитам"
    assert provider.calls == []


def test_a_double_click_gets_the_payment_that_is_open(provider, online, customer, customer_api):
    order = order_for(customer)
    first, second = start(customer_api, order), start(customer_api, order)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert "Idempotent-Replayed" not in second
    assert (Payment.objects.count(), provider.calls) == (1, ["create"])


def test_a_repeated_request_gets_the_payment_as_it_is_now(provider, online, customer, customer_api):
    order = order_for(customer)
    first = start(customer_api, order, key="one")
    provider.pay(f"pay-{first.json()['id']}")
    ask(Payment.objects.get())
    again = start(customer_api, order, key="one")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again["Idempotent-Replayed"] == "true"
    assert (again.json()["status"], again.json()["captured"]) == ("paid", "100.00")
    assert Payment.objects.count() == 1


def test_without_an_answer_the_payment_is_accepted_and_its_key_shows_the_redirect_later(
    provider, online, customer, customer_api
):
    order = order_for(customer)
    provider.is_away = True
    first = start(customer_api, order, key="one")
    waiting = start(customer_api, order, key="one")
    provider.is_away = False
    create_at_provider(Payment.objects.select_related("order").get())
    later = start(customer_api, order, key="one")

    assert [each.status_code for each in (first, waiting, later)] == [202, 202, 200]
    assert (first["Retry-After"], waiting["Retry-After"]) == ("2", "2")
    assert "Idempotent-Replayed" not in first
    assert (waiting["Idempotent-Replayed"], later["Idempotent-Replayed"]) == ("true", "true")
    assert (first.json()["status"], first.json()["next_action"]) == ("created", None)
    assert later.json()["id"] == first.json()["id"]
    assert later.json()["next_action"]["url"] == f"https://pay.example/pay-{first.json()['id']}"
    assert kinds_about_money(order) == ["expire_order", "payment_check", "payment_create"]


def test_a_key_with_another_body_is_refused(provider, online, customer, customer_api):
    order = order_for(customer)
    start(customer_api, order, key="one")
    response = start(customer_api, order, key="one", return_url="")

    assert refusal_of(response) == (422, "idempotency_key_reused", [])
    assert Payment.objects.count() == 1


def test_a_refused_payment_stays_and_gives_its_key_back(
    provider, online, customer, customer_api, monkeypatch
):
    order = order_for(customer)
    provider.refuses.add("create")
    refused = start(customer_api, order, key="one")
    provider.refuses.clear()
    again = start(customer_api, order, key="one")

    assert refusal_of(refused) == (409, "payment_refused", [])
    assert refused.json()["failure_code"] == "insufficient_funds"
    assert again.status_code == 201
    new, old = Payment.objects.all()
    assert (old.status, old.failure_code, old.is_current) == ("failed", "insufficient_funds", False)
    assert (str(new.uid), new.client_key) == (again.json()["id"], "one")


def test_another_method_supersedes_the_payment_that_is_open(provider, online, customer, customer_api):
    manual_method()
    order = order_for(customer)
    first = start(customer_api, order).json()
    second = start(customer_api, order, method="transfer")

    assert second.status_code == 201
    superseded = customer_api.get(f"{payments_of(order)}{first['id']}/").json()
    assert (superseded["is_current"], superseded["status"]) == (False, "requires_action")
    assert kinds_about_money(order) == ["expire_order", "payment_cancel", "payment_check", "payment_create"]
    assert Order.objects.get(pk=order.pk).payment_method == "transfer"


@pytest.mark.parametrize("status", ["processing", "shipped", "delivered"])
def test_an_order_on_its_way_can_be_paid(provider, online, customer, customer_api, status):
    order = order_for(customer)
    Order.objects.filter(pk=order.pk).update(status=status)

    assert start(customer_api, order).status_code == 201


def test_only_the_rest_is_paid(provider, online, customer, customer_api):
    order = order_for(customer)
    first = start(customer_api, order).json()
    provider.pay(f"pay-{first['id']}", Decimal("30.00"))
    ask(Payment.objects.get())
    response = start(customer_api, order)

    assert (response.status_code, response.json()["amount"]) == (201, "70.00")


def test_staff_see_more_of_it(provider, online, customer, staff, customer_api, staff_api):
    order = order_for(customer)
    assert list(start(customer_api, order).json()) == MEMBERS

    body = start(staff_api, order).json()
    assert list(body) == STAFF_MEMBERS
    assert (body["provider"], body["provider_id"]) == ("emulator", f"pay-{body['id']}")
    assert (body["created_by"], body["received_at"]) == (customer.username, None)
    assert (body["is_stray"], body["refund_blocked"]) == (False, False)


def test_an_order_of_the_seed_can_be_paid_and_never_expires(provider, online, customer, customer_api):
    order = make_order(customer)
    response = start(customer_api, order)

    assert response.status_code == 201
    assert Order.objects.get(pk=order.pk).expires_at is None
