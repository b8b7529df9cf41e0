"""Refunds by staff: reserved to the cent, made by providers or confirmed by people."""

from decimal import Decimal
from uuid import uuid4

import pytest

from apps.core.tests.answers import refusal_of
from apps.orders.models import Order
from apps.payments.models import Payment, Refund
from apps.payments.tests.api_calls import by_staff, manual_method
from apps.payments.tests.tills import begun, money_of, order_for, paid, run_jobs

REFUND_MEMBERS = [
    "id",
    "order_id",
    "payment_id",
    "amount",
    "currency",
    "status",
    "cause",
    "reason",
    "note",
    "failure_code",
    "created_by",
    "created_at",
]

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def refunded(client, order: Order, amount: str, *, key: str = "", **body):
    wanted = {"amount": amount, "reason": "goodwill", **body}
    return by_staff(client, f"orders/{order.pk}/refunds/", wanted, key=key or str(uuid4()))


def decided(client, refund: str, end: str, *, key: str = "", **body):
    return by_staff(client, f"refunds/{refund}/{end}/", body, key=key or str(uuid4()))


@pytest.fixture
def paid_by_hand(customer, staff_api) -> Order:
    """Return an order of 100.00 that a transfer has paid."""
    manual_method()
    order = order_for(customer, method="transfer")
    body = {"method": "transfer", "amount": "100.00"}
    by_staff(staff_api, f"orders/{order.pk}/payments/", body, key="paid")
    return order


def test_a_refund_is_accepted_and_made_by_the_provider(provider, online, customer, staff, staff_api):
    order = order_for(customer)
    payment = paid(provider, order)
    response = refunded(staff_api, order, "30.00", note="late")

    assert response.status_code == 202
    body = response.json()
    (refund,) = body["refunds"]
    assert (body["amount"], body["currency"]) == ("30.00", "RUB")
    assert list(refund) == REFUND_MEMBERS
    assert {name: refund[name] for name in REFUND_MEMBERS if name not in ("id", "created_at")} == {
        "order_id": order.pk,
        "payment_id": str(payment.uid),
        "amount": "30.00",
        "currency": "RUB",
        "status": "created",
        "cause": "manual",
        "reason": "goodwill",
        "note": "late",
        "failure_code": None,
        "created_by": staff.username,
    }
    run_jobs(order, "refund")
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "30.00",
        "allowance_total": "30.00",
    }


def test_thirds_and_the_last_cent_can_be_refunded_and_nothing_more(provider, online, customer, staff_api):
    order = order_for(customer)
    paid(provider, order)
    answers = [refunded(staff_api, order, amount) for amount in ("33.33", "33.33", "33.33", "0.01", "0.01")]

    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 409]
    assert refusal_of(answers[-1]) == (409, "refund_exceeds_paid", [])
    assert answers[-1].json()["refundable"] == "0.00"
    run_jobs(order, "refund")
    assert Order.objects.get().refunded_total == Decimal("100.00")
    assert money_of(order)["payment_status"] == "refunded"


def test_a_refund_of_more_tells_how_much_is_left(provider, online, customer, staff_api):
    order = order_for(customer)
    paid(provider, order)
    refunded(staff_api, order, "40.00")
    response = refunded(staff_api, order, "60.01")

    assert refusal_of(response) == (409, "refund_exceeds_paid", [])
    assert response.json()["refundable"] == "60.00"
    assert Refund.objects.count() == 1


def test_an_amount_is_divided_among_payments_the_newest_first(provider, online, customer, staff_api):
    order = order_for(customer)
    first = begun(order)
    provider.pay(first.provider_id, Decimal("40.00"))
    paid_first = staff_api.post(f"/api/v1/orders/{order.pk}/payments/{first.uid}/refresh/")
    Payment.objects.update(checked_at=None)
    staff_api.post(f"/api/v1/orders/{order.pk}/payments/{first.uid}/refresh/")
    second = paid(provider, order)
    response = refunded(staff_api, order, "70.00")

    assert paid_first.status_code == 200
    parts = [(refund["payment_id"], refund["amount"]) for refund in response.json()["refunds"]]
    assert parts == [(str(second.uid), "60.00"), (str(first.uid), "10.00")]


def test_the_same_request_again_refunds_nothing_more(provider, online, customer, staff_api):
    order = order_for(customer)
    paid(provider, order)
    first, second = (refunded(staff_api, order, "30.00", key="one") for _time in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert (second.content, second["Idempotent-Replayed"]) == (first.content, "true")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"amount": "0.00"}, ("min_value", "/amount")),
        ({"amount": "x"}, ("invalid", "/amount")),
        ({"reason": ""}, ("blank", "/reason")),
        ({"reason": "x" * 21}, ("max_length", "/reason")),
        ({"reason": None}, ("null", "/reason")),
        ({"note": "x" * 1001}, ("max_length", "/note")),
        ({"payment": "x"}, ("unknown_member", "/payment")),
    ],
)
def test_a_wrong_body_is_refused(paid_by_hand, staff_api, body, fault):
    response = refunded(staff_api, paid_by_hand, **{"amount": "1.00", **body})

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert not Refund.objects.exists()


def test_an_order_that_is_not_there(staff_api):
    response = by_staff(staff_api, "orders/999/refunds/", {"amount": "1.00", "reason": "x"})

    assert refusal_of(response) == (404, "not_found", [])


def test_people_confirm_what_they_have_given_back(paid_by_hand, staff_api):
    (refund,) = refunded(staff_api, paid_by_hand, "30.00").json()["refunds"]
    assert (refund["status"], Order.objects.get().refunded_total) == ("pending", 0)
    response = decided(staff_api, refund["id"], "confirm", key="one", note="by transfer")
    again = decided(staff_api, refund["id"], "confirm", key="one", note="by transfer")

    assert (response.status_code, list(response.json())) == (200, REFUND_MEMBERS)
    assert (response.json()["status"], response.json()["note"]) == ("succeeded", "by transfer")
    assert (again.content, again["Idempotent-Replayed"]) == (response.content, "true")
    assert Order.objects.get().refunded_total == Decimal("30.00")
    for end in ("confirm", "fail"):
        assert refusal_of(decided(staff_api, refund["id"], end)) == (409, "refund_state", [])


def test_what_people_could_not_give_back_is_due_again(paid_by_hand, staff_api):
    (refund,) = refunded(staff_api, paid_by_hand, "30.00").json()["refunds"]
    response = decided(staff_api, refund["id"], "fail")

    assert (response.status_code, response.json()["status"]) == (200, "failed")
    assert response.json()["failure_code"] == "by_staff"
    assert money_of(paid_by_hand) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "100.00",
        "needs_look": "refund_failed",
    }
    assert Payment.objects.get().refund_blocked
    more = refunded(staff_api, paid_by_hand, "1.00")
    assert (refusal_of(more)[1], more.json()["refundable"]) == ("refund_exceeds_paid", "0.00")


def test_a_provider_s_refund_is_not_for_people_to_decide(provider, online, customer, staff_api):
    order = order_for(customer)
    paid(provider, order)
    (refund,) = refunded(staff_api, order, "30.00").json()["refunds"]

    for end in ("confirm", "fail"):
        assert refusal_of(decided(staff_api, refund["id"], end)) == (409, "refund_state", [])
    assert Refund.objects.get().status == "created"


@pytest.mark.parametrize("end", ["confirm", "fail"])
def test_a_decision_needs_its_key_and_a_refund(paid_by_hand, staff_api, end):
    (refund,) = refunded(staff_api, paid_by_hand, "30.00").json()["refunds"]
    without_key = staff_api.post(f"/api/v1/admin/refunds/{refund['id']}/{end}/", {})

    assert refusal_of(without_key) == (400, "idempotency_key_required", [])
    assert refusal_of(decided(staff_api, str(uuid4()), end)) == (404, "not_found", [])
    wrong = refusal_of(decided(staff_api, refund["id"], end, amount="1.00"))
    assert wrong == (400, "validation_error", [("unknown_member", "/amount")])
    assert Refund.objects.get().status == "pending"
