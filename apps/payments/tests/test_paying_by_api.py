"""The whole way by the API, with a real provider: begin, pay there, come back, get a part back."""

import pytest

from apps.core.tests.answers import refusal_of
from apps.orders.models import Order
from apps.payments.models import Payment
from apps.payments.tests.api_calls import by_staff, payments_of, start
from apps.payments.tests.emulation import get, post
from apps.payments.tests.tills import order_for, run_jobs

# Caches are dropped on commit.
pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def asked_before() -> None:
    """Let the provider be asked again: the last time is long ago."""
    Payment.objects.update(checked_at=None)


def test_pay_come_back_and_get_a_part_back(emulator, online, customer, customer_api, staff_api):
    order = order_for(customer)
    begun = start(customer_api, order, key="one")
    address, number = f"{payments_of(order)}{begun.json()['id']}/", Payment.objects.get().provider_id

    assert begun.status_code == 201
    assert begun.json()["next_action"]["url"] == f"{emulator.url}/pay/{number}"
    assert get(emulator, f"/payments/{number}")["metadata"] == {
        "order_id": order.pk,
        "uid": begun.json()["id"],
    }
    post(emulator, f"/payments/{number}/pay", {})
    asked_before()
    paid = customer_api.post(f"{address}refresh/").json()
    assert (paid["status"], paid["captured"], paid["next_action"]) == ("paid", "100.00", None)
    shown = customer_api.get(f"/api/v1/orders/{order.pk}/").json()
    assert (shown["status"], shown["payment_status"], shown["balance"]) == ("processing", "paid", "0.00")

    refunding = by_staff(staff_api, f"orders/{order.pk}/refunds/", {"amount": "33.33", "reason": "goodwill"})
    assert refunding.status_code == 202
    run_jobs(order, "refund")
    (refund,) = customer_api.get(address).json()["refunds"]
    assert (refund["amount"], refund["status"]) == ("33.33", "succeeded")
    assert get(emulator, f"/payments/{number}")["refunded"] == "33.33"


def test_a_decline_leaves_the_way_open_for_another_try(emulator, online, customer, customer_api):
    order = order_for(customer)
    first = start(customer_api, order, key="one").json()
    post(emulator, f"/payments/{Payment.objects.get().provider_id}/decline")
    asked_before()
    declined = customer_api.post(f"{payments_of(order)}{first['id']}/refresh/").json()
    second = start(customer_api, order, key="one")

    assert declined["status"] == "failed"
    assert declined["failure_code"]
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


def test_the_version_of_an_order_covers_its_payments(emulator, online, customer, customer_api):
    order = order_for(customer)
    address = f"/api/v1/orders/{order.pk}/"
    before = customer_api.get(address)["ETag"]
    begun = start(customer_api, order).json()
    pending = customer_api.get(address)
    post(emulator, f"/payments/{Payment.objects.get().provider_id}/pay", {})
    asked_before()
    customer_api.post(f"{payments_of(order)}{begun['id']}/refresh/")
    late = customer_api.patch(address, {"status": "cancelled"}, headers={"If-Match": pending["ETag"]})

    assert pending.json()["payment_status"] == "pending"
    assert len({before, pending["ETag"], customer_api.get(address)["ETag"]}) == 3
    assert refusal_of(late)[:2] == (412, "precondition_failed")
    assert Order.objects.get().status == "processing"
