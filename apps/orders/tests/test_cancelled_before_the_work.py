"""Orders cancelled before a worker comes to their jobs."""

import pytest
from django.core import mail
from rest_framework.test import APIClient

from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Invoice, Order
from apps.orders.services import remake_invoice
from apps.orders.tests.factories import make_order_in, moved
from apps.users.models import User


@pytest.fixture
def order(customer: User) -> Order:
    return make_order_in("cancelled", customer, moved_by=customer)


def test_no_invoice_is_drawn(order: Order):
    run_due_jobs()

    assert not Invoice.objects.exists()
    assert statuses_of(order) == {"invoice": "done", "confirmation_email": "done", "status_email": "done"}


def test_customer_reads_of_the_cancellation_alone(customer: User, staff: User):
    order = moved(make_order_in("processing", customer, moved_by=staff), "cancelled", by=staff)

    run_due_jobs()

    assert [message.subject for message in mail.outbox] == [f"Заказ № {order.pk} отменён"]
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def test_who_asks_for_the_invoice_has_it_drawn(order: Order, customer_api: APIClient):
    run_due_jobs()

    asked = [customer_api.get(address(order)) for _ in range(2)]
    run_due_jobs()
    given = customer_api.get(address(order))

    assert [(response.status_code, response["Retry-After"]) for response in asked] == [(202, "2")] * 2
    assert (given.status_code, given.content) == (200, bytes(Invoice.objects.get().pdf))
    assert Job.objects.filter(kind="invoice").count() == 2


def test_who_asks_while_the_first_job_waits_asks_again(order: Order, customer_api: APIClient):
    first = customer_api.get(address(order))
    run_due_jobs()
    second = customer_api.get(address(order))
    run_due_jobs()

    assert [first.status_code, second.status_code] == [202, 202]
    assert customer_api.get(address(order)).status_code == 200


def test_staff_have_it_drawn(order: Order):
    run_due_jobs()

    remake_invoice(order_id=order.pk)
    run_due_jobs()

    assert bytes(Invoice.objects.get().pdf).startswith(b"%PDF-")


def test_invoice_that_is_to_be_paid_gives_way_to_one_that_is_not(customer: User, customer_api: APIClient):
    order = make_order_in("pending", customer, moved_by=customer)
    run_due_jobs()
    before = customer_api.get(address(order))
    customer_api.patch(f"/api/v1/orders/{order.pk}/", {"status": "cancelled"}, format="json")

    asked = customer_api.get(address(order))
    run_due_jobs()
    after = customer_api.get(address(order))

    assert [before.status_code, asked.status_code, after.status_code] == [200, 202, 200]
    assert after.content == bytes(Invoice.objects.get().pdf) != before.content


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/invoice/"


def statuses_of(order: Order) -> dict[str, str]:
    return dict(Job.objects.about(f"order:{order.pk}").values_list("kind", "status"))
