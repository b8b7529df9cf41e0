"""The invoice of an order, to be downloaded once a worker has made it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import run_again
from apps.orders.models import Invoice, Order
from apps.orders.tests.factories import make_order
from apps.users.models import User
from conftest import signed_in


@pytest.fixture
def order(customer: User) -> Order:
    return make_order(customer)


def test_invoice_is_promised_while_it_is_being_made(customer_api: APIClient, order: Order):
    response = customer_api.get(address(order))

    assert response.status_code == 202
    assert response["Retry-After"] == "2"
    assert response["Cache-Control"] == "no-store"
    assert not Invoice.objects.exists()


def test_order_tells_where_its_invoice_is(customer_api: APIClient, order: Order):
    run_due_jobs()
    url = customer_api.get(f"/api/v1/orders/{order.pk}/").json()["invoice_url"]

    response = customer_api.get(url)

    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")


def test_invoice_is_served_as_the_worker_made_it(customer_api: APIClient, order: Order):
    run_due_jobs()

    response = customer_api.get(address(order))

    assert response.status_code == 200
    assert response.content == bytes(Invoice.objects.get().pdf)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="invoice-{order.pk}.pdf"'
    assert response["Cache-Control"] == "private, no-cache"
    assert "Authorization" in response["Vary"]


def test_reader_who_has_the_invoice_is_not_sent_it_again(customer_api: APIClient, order: Order):
    run_due_jobs()
    first = customer_api.get(address(order))

    second = customer_api.get(address(order), headers={"If-None-Match": first["ETag"]})

    assert (second.status_code, second.content, second["ETag"]) == (304, b"", first["ETag"])


def test_invoice_that_could_not_be_made_is_told_as_a_conflict(customer_api: APIClient, order: Order):
    Job.objects.update(arguments={"order_id": 0})  # an order that is not there
    run_due_jobs()

    response = customer_api.get(address(order), headers={"Accept-Language": "en"})

    assert Job.objects.get(kind="invoice").status == "failed"
    assert problem_of(response) == problem(409, "invoice_failed", "The invoice could not be generated.")


def test_failed_invoice_that_is_run_again_is_promised_and_then_there(customer_api: APIClient, order: Order):
    job = Job.objects.get(kind="invoice")
    Job.objects.filter(pk=job.pk).update(status="failed", last_error="out of paper")
    statuses = [customer_api.get(address(order)).status_code]

    run_again([job.pk])
    statuses.append(customer_api.get(address(order)).status_code)
    run_due_jobs()
    statuses.append(customer_api.get(address(order)).status_code)

    assert statuses == [409, 202, 200]


def test_invoice_is_there_when_the_e_mail_made_it_in_spite_of_a_failed_job(
    customer_api: APIClient, order: Order
):
    Job.objects.filter(kind="invoice").update(status="failed")
    run_due_jobs()

    response = customer_api.get(address(order))

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")


def test_failed_invoice_of_another_order_is_none_of_ours(
    customer_api: APIClient, order: Order, other_customer: User
):
    other = make_order(other_customer)
    Job.objects.filter(key=f"invoice:{other.pk}").update(status="failed")

    response = customer_api.get(address(order))

    assert response.status_code == 202


@pytest.mark.parametrize("made", [False, True], ids=["being made", "made"])
def test_invoice_is_for_the_owner_and_for_staff(
    order: Order,
    customer_api: APIClient,
    staff_api: APIClient,
    make_user: Callable[..., User],
    made: bool,
):
    viewer, clerk, stranger = make_user(is_staff=True), make_user(is_staff=True), make_user()
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    if made:
        run_due_jobs()

    clients = [customer_api, staff_api, *map(signed_in, (viewer, clerk, stranger)), APIClient()]
    answers = [client.get(address(order)) for client in clients]

    there = 200 if made else 202
    assert [answer.status_code for answer in answers] == [there, there, there, 404, 404, 401]
    assert refusal_of(answers[4]) == (404, "not_found", [])


def test_invoice_of_an_order_that_does_not_exist_is_not_there(staff_api: APIClient):
    response = staff_api.get("/api/v1/orders/1/invoice/")

    assert refusal_of(response) == (404, "not_found", [])


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/invoice/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "accept", ["application/pdf", "application/json", "*/*", "application/pdf, */*;q=0.1"]
)
def test_invoice_is_given_to_who_asks_for_pdf_and_to_who_does_not_say(customer_api, customer, accept):
    order = make_order(customer)
    address = f"/api/v1/orders/{order.pk}/invoice/"

    early = customer_api.get(address, headers={"Accept": accept})
    run_due_jobs()
    response = customer_api.get(address, headers={"Accept": accept})

    assert (early.status_code, early.content) == (202, b"")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF-")
