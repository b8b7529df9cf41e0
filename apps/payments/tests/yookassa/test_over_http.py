"""A customer pays by YooKassa over HTTP, and YooKassa calls the store back."""

import pytest

from apps.payments.models import Payment, ProviderEvent
from apps.payments.tests.tills import money_of, order_for, run_jobs
from apps.payments.tests.yookassa.server import notification

pytestmark = pytest.mark.django_db

CALLBACK = "/api/v1/payments/callbacks/yookassa/"


def called_back(api, event, about, **headers):
    body = notification(event, about)
    return api.post(CALLBACK, body, content_type="application/json", **headers)


def test_customer_pays_and_the_order_is_processed(server, online, customer, customer_api, client):
    order = order_for(customer)
    begun = customer_api.post(f"/api/v1/orders/{order.pk}/payments/", {"method": "online"}, format="json")
    assert begun.status_code == 201
    assert begun.json()["status"] == "requires_action"
    number = Payment.objects.get().provider_id
    assert begun.json()["next_action"]["url"] == f"https://yoomoney.ru/pay?id={number}"

    response = called_back(client, "payment.succeeded", server.pay(number))
    assert (response.status_code, response.json()) == (200, {})
    run_jobs(order)
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}

    shown = customer_api.get(f"/api/v1/orders/{order.pk}/payments/").json()
    assert [(each["status"], each["captured"], each["card_last4"]) for each in shown] == [
        ("paid", "100.00", "4477")
    ]


def test_notification_from_elsewhere_is_refused_and_not_kept(server, online, customer, client, settings):
    settings.YOOKASSA_NETWORKS = ["185.71.76.0/27"]
    order = order_for(customer)
    number = "payments-0001"

    response = called_back(client, "payment.succeeded", {"id": number}, REMOTE_ADDR="192.0.2.1")
    assert (response.status_code, response.json()["code"]) == (400, "callback_invalid")
    assert not ProviderEvent.objects.exists()

    response = called_back(client, "payment.succeeded", {"id": number}, REMOTE_ADDR="185.71.76.5")
    assert response.status_code == 200
    assert money_of(order)["payment_status"] == "unpaid"
