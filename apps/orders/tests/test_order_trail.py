"""Each step of an order leaves one entry in the audit trail, in the order's own transaction."""

import responses
from django.test import Client
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.orders.tests.full_orders import make_full_order, open_full_shop
from apps.users.models import User
from tests.support.audit_trail import REQUEST, audit_entry, trail

ORDERS = "/api/v1/orders/"
CARRIER = "http://carrier.example/shipments"


def test_order_of_a_customer_from_its_placing_to_its_cancelling(customer_api: APIClient, customer: User):
    items = [{"product_id": make_product(price="12.50").pk, "quantity": 2}]
    order = Order(pk=customer_api.post(ORDERS, {"items": items}, headers=REQUEST).json()["id"])
    move = {"status": "cancelled", "comment": "too many"}
    customer_api.patch(f"{ORDERS}{order.pk}/", move, headers={"x-request-id": "req-2"})

    placed = {"status": [None, "pending"], "total_price": [None, "25.00"]}
    cancelled = {"status": ["pending", "cancelled"]}
    assert (
        trail()
        == trail(order)
        == [
            audit_entry("created", placed, source="api", by=customer, request="req-1"),
            audit_entry("changed", cancelled, source="api", by=customer, request="req-2"),
        ]
    )


def test_placing_names_the_methods_that_were_chosen_and_nobody(customer: User, settings):
    open_full_shop(settings)
    order = make_full_order(customer, customer_note="For Olga", gift_message="For Olga")

    chosen = {"delivery_method": [None, "courier"], "payment_method": [None, "invoice"]}
    placed = {"status": [None, "pending"], "total_price": [None, "1430.00"], **chosen}
    assert trail(order) == [audit_entry("created", placed, source="command", by=customer, request="")]


def test_order_that_staff_ship_in_the_admin_and_a_job_announces(
    client: Client, staff: User, customer: User, settings
):
    settings.SHIPPING_API_URL = CARRIER
    order = make_order_in("processing", customer, moved_by=staff)
    client.force_login(staff)
    action = {"action": "mark_shipped", "_selected_action": [order.pk]}
    client.post("/admin/orders/order/", action, headers=REQUEST)
    with responses.RequestsMock() as carrier:
        carrier.post(CARRIER, json={"tracking_number": "EM1"}, status=201)
        run_due_jobs()
        run_due_jobs()

    shipped, announced = {"status": ["processing", "shipped"]}, {"tracking_number": [None, "EM1"]}
    assert trail(order)[2:] == [
        audit_entry("changed", shipped, source="admin", by=staff, request="req-1"),
        audit_entry("changed", announced, source="job", by=None, request="req-1"),
    ]


def test_email_and_invoice_that_staff_want_again(client: Client, staff: User, customer: User):
    order = make_order(customer)
    Job.objects.update(status="done")
    client.force_login(staff)
    for action in ("resend_email", "remake_invoice", "remake_invoice"):
        chosen = {"action": action, "_selected_action": [order.pk]}
        client.post("/admin/orders/order/", chosen, headers=REQUEST)

    again = audit_entry("run_again", {}, source="admin", by=staff, request="req-1")
    assert [trail(job) for job in Job.objects.filter(key__contains=":again:")] == [[again], [again]]
    assert trail(order)[1:] == []


def test_order_that_is_refused_leaves_no_entry(customer_api: APIClient, customer: User):
    product = make_product(stock=1)
    order = make_order(customer, {product: 1})
    before = trail()

    answers = [
        customer_api.post(ORDERS, {"items": [{"product_id": product.pk, "quantity": 1}]}),
        customer_api.patch(f"{ORDERS}{order.pk}/", {"status": "shipped"}),
        customer_api.patch(f"{ORDERS}{order.pk}/", {"status": "delivered"}),
    ]

    assert [answer.status_code // 100 for answer in answers] == [4, 4, 4]
    assert trail() == before
    assert len(before) == 1


def test_order_that_is_sent_again_with_its_key_leaves_one_entry(customer_api: APIClient):
    items = [{"product_id": make_product().pk, "quantity": 1}]
    for _time in range(2):
        customer_api.post(ORDERS, {"items": items}, headers={"idempotency-key": "order-1"})

    assert [entry[0] for entry in trail()] == ["created"]
