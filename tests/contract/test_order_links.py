"""The links of the schema lead an order through its life: each is followed as it is described."""

from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs.runner import run_due_jobs
from apps.orders.api.links import ORDER_LINKS, REQUEST_BODY
from apps.payments.api.links import PAYMENT_LINKS
from tests.support.committed_schema import SCHEMA, resolved

OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
    if isinstance(operation, dict)
}
READS = {"getOrder", "listOrderJobs", "getOrderBasket", "getInvoice", "listOrderPayments"}
LIFE = ["processOrder", "shipOrder", "deliverOrder"]


def test_links_lead_an_order_through_its_life(staff_api: APIClient):
    placed = place(staff_api)
    run_due_jobs()

    reads = {name: follow(staff_api, "placeOrder", placed, name) for name in READS}

    assert {name: answer.status_code for name, answer in reads.items()} == dict.fromkeys(READS, 200)
    assert reads["getOrder"].json() == placed.json() | {"history": reads["getOrder"].json()["history"]}
    assert reads["getOrderBasket"].json()["items"] == [
        {name: line[name] for name in ("product_id", "quantity")} for line in placed.json()["items"]
    ]
    assert reads["getInvoice"].content.startswith(b"%PDF-")
    assert {job["kind"] for job in reads["listOrderJobs"].json()} == {"invoice", "confirmation_email"}
    operation, answer, statuses = "placeOrder", placed, []
    for name in LIFE:
        operation, answer = "changeOrderStatus", follow(staff_api, operation, answer, name)
        statuses.append((answer.status_code, answer.json()["status"]))
    assert statuses == [(200, "processing"), (200, "shipped"), (200, "delivered")]


def test_a_link_cancels_an_order_of_which_staff_made_a_note(staff_api: APIClient):
    order = place(staff_api).json()
    noted = staff_api.patch(f"/api/v1/admin/orders/{order['id']}/", {"staff_note": "Позвонить"})

    cancelled = follow(staff_api, "writeStaffNote", noted, "cancelOrder")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


def test_links_pay_for_an_order_and_give_the_payment_up(staff_api: APIClient):
    started = follow(staff_api, "placeOrder", place(staff_api), "startPayment")
    answers = [
        follow(staff_api, "startPayment", started, name)
        for name in ("getOrderPayment", "refreshPayment", "cancelPayment")
    ]

    assert (started.status_code, started.json()["status"]) == (201, "pending")
    assert [answer.json()["id"] for answer in answers] == [started.json()["id"]] * 3
    assert [answer.json()["status"] for answer in answers] == ["pending", "pending", "cancelled"]


def test_a_link_followed_too_late_changes_nothing(staff_api: APIClient):
    placed = place(staff_api)
    follow(staff_api, "placeOrder", placed, "processOrder")

    answer = follow(staff_api, "placeOrder", placed, "cancelOrder")

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


def test_every_link_is_followed_here():
    assert {*READS, *LIFE, "cancelOrder", "startPayment"} == ORDER_LINKS.keys()
    assert {"getOrderPayment", "refreshPayment", "cancelPayment"} == PAYMENT_LINKS.keys()


def place(client: APIClient) -> Response:
    return client.post("/api/v1/orders/", {"items": [{"product_id": make_product().pk, "quantity": 2}]})


def follow(client: APIClient, operation: str, answer: Response, name: str) -> Response:
    """Send what the link of the operation's answer describes."""
    described = resolved(OPERATIONS[operation][2]["responses"][str(answer.status_code)])
    link = described["links"][name]
    parameters = {each: value_of(text, answer) for each, text in link["parameters"].items()}
    method, path, _operation = OPERATIONS[link["operationId"]]
    prefix = "header."
    headers = {
        each.removeprefix(prefix): value for each, value in parameters.items() if each.startswith(prefix)
    }
    send = getattr(client, method)
    return send(path.format(**parameters), link.get(REQUEST_BODY), headers=headers)


def value_of(expression: str, answer: Response) -> Any:
    """Evaluate a runtime expression of OpenAPI."""
    kind, name = expression.removeprefix("$response.").replace("#/", ".").split(".")
    return answer.json()[name] if kind == "body" else answer[name]
