"""Money that comes otherwise than it was asked for: another amount, another currency, twice, or late."""

from decimal import Decimal

import pytest

from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment, Refund
from apps.payments.services import ask, record_payment, settle_money
from apps.payments.tests.books import assert_books_agree
from apps.payments.tests.emulation import post
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs
from apps.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(online) -> PaymentMethod:
    """Return another method of the same provider."""
    return PaymentMethod.objects.create(
        code="other", name_ru="Иначе", provider="emulator", terms="prepaid", moves_to_processing=True
    )


def pay(emulator, payment: Payment, **what: str) -> Payment:
    """Let the customer pay, and ask."""
    post(emulator, f"/payments/{payment.provider_id}/pay", what).raise_for_status()
    return ask(payment)


def credit(order: Order, column: str, amount: str) -> None:
    """Lower what is due, as a part that is cancelled or comes back does, and settle."""
    order = Order.objects.get(pk=order.pk)
    setattr(order, column, getattr(order, column) + Decimal(amount))
    order.save(update_fields=[column])
    settle_money(order.pk)
    run_jobs(order)


@pytest.mark.parametrize(
    ("paid", "end"),
    [
        (
            {"amount": "99.99"},
            {"payment_status": "partially_paid", "paid_total": "99.99", "needs_look": "amount_mismatch"},
        ),
        (
            {"amount": "100.01"},
            {
                "payment_status": "paid",
                "paid_total": "100.01",
                "refunded_total": "0.01",
                "stray_refunded_total": "0.01",
                "needs_look": "amount_mismatch",
            },
        ),
        (
            {"currency": "USD"},
            {"payment_status": "pending", "open_payments": 1, "needs_look": "amount_mismatch"},
        ),
    ],
)
def test_another_amount_counts_and_moves_no_status_another_currency_is_nothing(
    emulator, online, customer: User, paid: dict[str, str], end: dict[str, object]
):
    order = order_for(customer)
    pay(emulator, begun(order), **paid)
    run_jobs(order)

    assert money_of(order) == {"status": "pending", **end}


@pytest.mark.parametrize("column", ["cancelled_total", "returned_total"])
def test_of_two_that_succeed_one_goes_back_and_then_a_part_of_the_other(
    emulator, other, customer: User, column: str
):
    order = order_for(customer, price="50.00", quantity=2)
    emulator.faults.set(["no_cancel"], 1.0)
    first, second = begun(order), begun(order, method="other")
    run_jobs(order)
    for payment in (first, second):
        pay(emulator, payment)
    run_jobs(order)
    assert money_of(order)["payment_status"] == "paid"

    credit(order, column, "50.00")

    order.refresh_from_db()
    assert_books_agree(emulator, order)
    assert (order.paid_total, order.refunded_total, order.stray_refunded_total, order.balance) == (
        Decimal(200),
        Decimal(150),
        Decimal(100),
        Decimal(0),
    )
    assert order.payment_status == "partially_refunded"
    causes = Refund.objects.order_by("pk").values_list("payment", "cause", "amount")
    assert list(causes) == [(second.pk, "stray", Decimal(100)), (first.pk, "settlement", Decimal(50))]


def test_failed_and_superseded_try_that_succeeds_late_pays_the_order(emulator, other, customer: User):
    order = order_for(customer)
    first = begun(order)
    post(emulator, f"/payments/{first.provider_id}/decline")
    assert ask(first).status == "failed"
    second = begun(order, method="other")

    late = pay(emulator, first)

    assert (late.status, late.is_current, late.is_stray) == ("paid", False, False)
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "100.00",
        "open_payments": 1,
    }
    # The second try can still be paid, and then it is too much.
    assert pay(emulator, second).is_stray
    run_jobs(order)
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "200.00",
        "refunded_total": "100.00",
        "stray_refunded_total": "100.00",
    }
    assert_books_agree(emulator, Order.objects.get(pk=order.pk))


def test_what_one_provider_refuses_to_give_back_another_payment_does(
    emulator, online, customer: User, staff: User
):
    """Money of a transfer gives back what the provider of a card will not, and somebody is told to look."""
    order = order_for(customer, quantity=2)
    record_payment(
        order_id=order.pk, method="manual", amount=Decimal(120), received_at=None, note="", by=staff
    )
    card = pay(emulator, begun(order))
    assert card.captured == Decimal(80)
    emulator.faults.set(["refuse_refund"], 1.0)

    credit(order, "returned_total", "70.00")

    refunds = Refund.objects.order_by("pk").values_list("payment__provider", "amount", "status")
    assert list(refunds) == [
        ("emulator", Decimal(70), "failed"),
        ("manual", Decimal(70), "pending"),
    ]
    card.refresh_from_db()
    assert (card.refund_blocked, money_of(order)["needs_look"]) == (True, "refund_failed")
    assert emulator.bank.refunds() == []


def test_cancelled_order_whose_open_payment_is_paid_gives_it_back(
    emulator, online, customer: User, staff: User
):
    order = order_for(customer)
    emulator.faults.set(["no_cancel"], 1.0)
    payment = begun(order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)

    assert pay(emulator, payment).is_stray
    run_jobs(order)

    order.refresh_from_db()
    assert_books_agree(emulator, order)
    assert (order.status, order.payment_status, order.refunded_total) == (
        "cancelled",
        "refunded",
        Decimal(100),
    )
