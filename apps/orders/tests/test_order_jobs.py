"""The work that follows an order, as its owner and staff see it."""

import math
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_products
from apps.core.tests.answers import on_the_wire, refusal_of
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in, moved
from apps.shipments.carrier_emulator import CarrierEmulator
from apps.users.models import User
from conftest import signed_in


@pytest.fixture
def order(customer: User) -> Order:
    return make_order(customer)


def test_jobs_are_listed_with_how_far_they_are(customer: User):
    placed, done = datetime.now(UTC), datetime.now(UTC) + timedelta(seconds=30)
    with time_machine.travel(placed, tick=False):
        client = signed_in(customer)
        order = make_order(customer)
        before = client.get(address(order))
    with time_machine.travel(done, tick=False):
        run_due_jobs()
        after = client.get(address(order))

    assert (before.status_code, before["Cache-Control"]) == (200, "no-store")
    assert before.json() == [row(kind, "pending", 0, placed) for kind in ("invoice", "confirmation_email")]
    assert after.json() == [row(kind, "done", 1, done) for kind in ("invoice", "confirmation_email")]


def test_every_move_adds_its_jobs_in_order(customer_api: APIClient, order: Order, staff: User, settings):
    settings.SHIPPING_API_URL = "http://127.0.0.1:9/parcels"
    moved(order, "processing", "shipped", "delivered", by=staff)

    kinds = [job["kind"] for job in customer_api.get(address(order)).json()]

    assert kinds == [
        *("invoice", "confirmation_email"),
        "status_email",
        *("shipment", "status_email"),
        "status_email",
    ]
    assert list(Job.objects.order_by("pk").values_list("key", "arguments"))[2:] == [
        (f"status_email:{order.pk}:processing", {"order_id": order.pk, "status": "processing"}),
        (f"shipment:{order.pk}", {"order_id": order.pk}),
        (f"status_email:{order.pk}:shipped", {"order_id": order.pk, "status": "shipped"}),
        (f"status_email:{order.pk}:delivered", {"order_id": order.pk, "status": "delivered"}),
    ]


def test_jobs_of_a_move_carry_the_request_that_made_it(staff_api: APIClient, order: Order):
    staff_api.patch(
        f"/api/v1/orders/{order.pk}/", {"status": "processing"}, headers={"X-Request-ID": "desk-4:17"}
    )

    assert Job.objects.get(kind="status_email").request_id == "desk-4:17"


def test_what_went_wrong_is_shown_as_failed_and_the_rest_goes_on(
    customer: User, staff: User, customer_api: APIClient, settings
):
    carrier = CarrierEmulator(faults=["refuse"])
    carrier.start()
    settings.SHIPPING_API_URL = carrier.url
    order = make_order_in("shipped", customer, moved_by=staff)

    run_due_jobs()

    carrier.stop()
    jobs = customer_api.get(address(order)).json()
    assert [(job["kind"], job["status"], job["attempts"]) for job in jobs] == [
        ("invoice", "done", 1),
        ("confirmation_email", "done", 1),
        ("status_email", "done", 1),
        ("shipment", "failed", 1),
        ("status_email", "done", 1),
    ]
    assert all(job.keys() == {"kind", "status", "attempts", "updated_at"} for job in jobs)


def test_jobs_are_for_the_owner_and_for_staff(
    api: APIClient, order: Order, customer_api: APIClient, staff_api: APIClient, other_customer_api: APIClient
):
    make_order(User.objects.get(pk=order.user_id))

    answers = [client.get(address(order)) for client in (customer_api, staff_api, other_customer_api, api)]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 401]
    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()) == 2
    assert refusal_of(answers[2]) == (404, "not_found", [])


def test_jobs_of_an_order_take_fourteen_queries_whatever_its_lines(
    customer: User, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
):
    # However busy the machine is: after a job that took long, the worker asks who else waits.
    monkeypatch.setattr("apps.jobs.fairness.LONG_SECONDS", math.inf)
    for count in (1, 20):
        order = make_order(customer, dict.fromkeys(make_products(count), 1))
        job = Job.objects.get(key=f"invoice:{order.pk}")

        # Of the invoice: read and claim the job; order, seller, lines; store; done. Of the e-mail one less,
        # where the lease is renewed in place of storing. Then there is nothing more to claim.
        with django_assert_num_queries(14):
            done = run_job(job.pk)

        assert done == 2


def test_order_whose_jobs_are_cleared_away_has_none(customer_api: APIClient, order: Order):
    Job.objects.all().delete()

    assert customer_api.get(address(order)).json() == []


def test_refused_order_and_refused_move_leave_no_job(
    customer_api: APIClient, order: Order, staff_api: APIClient
):
    before = list(Job.objects.values_list())

    refused = [
        customer_api.post("/api/v1/orders/", {"items": [{"product_id": 10**9, "quantity": 1}]}),
        staff_api.patch(f"/api/v1/orders/{order.pk}/", {"status": "delivered"}),
        customer_api.patch(f"/api/v1/orders/{order.pk}/", {"status": "processing"}),
    ]

    assert [answer.status_code for answer in refused] == [400, 409, 403]
    assert list(Job.objects.values_list()) == before


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/jobs/"


def row(kind: str, status: str, attempts: int, moment: datetime) -> dict[str, object]:
    return {"kind": kind, "status": status, "attempts": attempts, "updated_at": on_the_wire(moment)}
