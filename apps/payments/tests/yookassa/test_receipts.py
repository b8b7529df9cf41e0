"""Receipts of 54-FZ: with the payment, at hand-over, with refunds."""

from decimal import Decimal

import pytest

from apps.orders.models import Order, OrderItem, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import moved
from apps.payments.models import Payment
from apps.payments.services import ask, cancel_payment, refund_order, settle_receipts
from apps.payments.tests.tills import begun, order_for, run_jobs
from apps.payments.tests.yookassa.receipts import items_of, paid, receipt_jobs, receipts_of, sent, ship
from apps.store.models import Seller

pytestmark = pytest.mark.django_db


def test_payment_carries_the_receipt_of_a_prepayment(server, order, customer):
    Seller.objects.create(legal_name="ООО «Чай»", tax_system=2)
    paid(server, order)

    (body,) = sent(server, "payments")
    assert body["receipt"] == {
        "customer": {"email": customer.email},
        "tax_system_code": 2,
        "items": [
            {
                "description": "Кружка",
                "quantity": 2,
                "amount": {"value": "100.00", "currency": "RUB"},
                "vat_code": 11,
                "payment_mode": "full_prepayment",
                "payment_subject": "commodity",
                "measure": "piece",
            },
            {
                "description": "Чай",
                "quantity": 1,
                "amount": {"value": "50.00", "currency": "RUB"},
                "vat_code": 11,
                "payment_mode": "full_prepayment",
                "payment_subject": "commodity",
                "measure": "piece",
            },
        ],
    }
    assert receipts_of(order) == [("payment", "succeeded", "250.00")]
    assert receipt_jobs() == ["done"]


@pytest.mark.parametrize(
    ("rate", "plain", "calculated"),
    [(None, 1, 1), (0, 2, 2), (5, 7, 9), (7, 8, 10), (10, 3, 5), (20, 4, 6), (22, 11, 12)],
)
def test_vat_code_follows_the_rate_of_the_line(server, order, settings, rate, plain, calculated):
    OrderItem.objects.filter(order=order).update(tax_rate=rate)
    begun(order)
    assert {item["vat_code"] for item in sent(server, "payments")[0]["receipt"]["items"]} == {plain}

    settings.RECEIPT_PREPAYMENT_VAT = "calculated"
    Payment.objects.update(status="failed", is_current=False)
    begun(order)
    assert {item["vat_code"] for item in sent(server, "payments")[1]["receipt"]["items"]} == {calculated}


def test_payment_on_other_terms_carries_no_receipt(server, order, staff):
    PaymentMethod.objects.update(terms="invoice")
    paid(server, order)
    ship(order, staff)

    assert "receipt" not in sent(server, "payments")[0]
    assert receipts_of(order) == []


def test_shipped_order_is_receipted_as_handed_over_once(server, order, staff, settings):
    settings.RECEIPT_PREPAYMENT_VAT = "calculated"
    payment = paid(server, order)
    ship(order, staff)

    (body,) = sent(server, "receipts")
    assert (body["type"], body["payment_id"], body["send"]) == ("payment", payment.provider_id, True)
    assert body["settlements"] == [{"type": "prepayment", "amount": {"value": "250.00", "currency": "RUB"}}]
    assert items_of(body) == [
        ("Кружка", 2, "100.00", 11, "full_payment"),
        ("Чай", 1, "50.00", 11, "full_payment"),
    ]
    assert receipts_of(order) == [("payment", "succeeded", "250.00"), ("settlement", "succeeded", "250.00")]

    moved(order, "delivered", by=staff)
    settle_receipts(Order.objects.get(pk=order.pk))
    run_jobs(order)
    assert len(sent(server, "receipts")) == 1


def test_goods_that_are_paid_after_they_were_shipped_need_no_second_receipt(server, order, staff):
    moved(order, "processing", "shipped", by=staff)
    paid(server, order)

    assert {item["payment_mode"] for item in sent(server, "payments")[0]["receipt"]["items"]} == {
        "full_payment"
    }
    assert receipts_of(order) == [("payment", "succeeded", "250.00")]


def test_prepayment_that_comes_after_the_goods_were_shipped_is_settled_at_once(server, order, staff):
    payment = begun(order)
    moved(order, "processing", "shipped", by=staff)
    server.pay(payment.provider_id)
    ask(payment)
    run_jobs(order)

    assert receipts_of(order) == [("payment", "succeeded", "250.00"), ("settlement", "succeeded", "250.00")]


def test_allowance_is_given_back_with_a_receipt_of_its_own(server, order, staff):
    paid(server, order)
    refund_order(order_id=order.pk, amount=Decimal("25.00"), reason="goodwill", note="", by=staff)
    run_jobs(order)

    (body,) = sent(server, "refunds")
    assert items_of(body["receipt"]) == [
        ("Кружка", 1, "20.00", 11, "full_prepayment"),
        ("Чай", 1, "5.00", 11, "full_prepayment"),
    ]
    assert receipts_of(order) == [("payment", "succeeded", "250.00"), ("refund", "succeeded", "25.00")]

    ship(order, staff)
    (settled,) = sent(server, "receipts")
    assert items_of(settled) == [
        ("Кружка", 2, "90.00", 11, "full_payment"),
        ("Чай", 1, "45.00", 11, "full_payment"),
    ]


def test_piece_that_comes_back_after_the_hand_over_is_on_the_receipt_of_its_refund(server, order, staff):
    paid(server, order)
    ship(order, staff)
    OrderItem.objects.filter(order=order, product_name="Кружка").update(
        shipped_quantity=2, returned_quantity=1
    )
    Order.objects.filter(pk=order.pk).update(returned_total=Decimal("100.00"))
    refund_order(order_id=order.pk, amount=Decimal("100.00"), reason="return", note="", by=staff)
    run_jobs(order)

    (body,) = sent(server, "refunds")
    assert items_of(body["receipt"]) == [("Кружка", 1, "100.00", 11, "full_payment")]


def test_whole_refund_of_a_prepayment_takes_yookassa_s_own_receipt_back(server, order, staff):
    paid(server, order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)

    (body,) = sent(server, "refunds")
    assert "receipt" not in body
    assert receipts_of(order) == [("payment", "succeeded", "250.00"), ("refund", "succeeded", "250.00")]


def test_whole_refund_after_the_hand_over_sends_the_receipt(server, order, staff):
    paid(server, order)
    ship(order, staff)
    refund_order(order_id=order.pk, amount=Decimal("250.00"), reason="return", note="", by=staff)
    run_jobs(order)

    (body,) = sent(server, "refunds")
    assert items_of(body["receipt"]) == [
        ("Кружка", 2, "100.00", 11, "full_payment"),
        ("Чай", 1, "50.00", 11, "full_payment"),
    ]


def test_order_that_nobody_has_paid_is_shipped_without_a_receipt(server, online, customer, staff):
    order = order_for(customer)
    moved(order, "processing", "shipped", by=staff)

    assert receipts_of(order) == []
    assert receipt_jobs() == []


def test_money_that_came_twice_is_handed_over_once(server, order, staff):
    stray = cancel_payment(begun(order))
    kept = paid(server, order)
    server.pay(stray.provider_id)
    ask(stray)
    ship(order, staff)  # while the other one still goes back

    assert [(body["payment_id"], len(body["items"])) for body in sent(server, "receipts")] == [
        (kept.provider_id, 2)
    ]
    assert receipts_of(order) == [
        ("payment", "succeeded", "250.00"),
        ("payment", "succeeded", "250.00"),
        ("settlement", "succeeded", "250.00"),
        ("refund", "succeeded", "250.00"),
    ]
