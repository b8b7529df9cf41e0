"""E-mails about money: what has come, what has failed, what was sent back. One for each fact."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import caches

from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.jobs.services import enqueue
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.jobs import payment_email_of, refund_email_of
from apps.payments.models import Payment, Refund
from apps.payments.services import confirm_refund, refund_order
from apps.payments.tests.factories import make_payable, make_payment, receive
from apps.users.models import User
from online_store.env import Rate

pytestmark = pytest.mark.django_db

FOOT = "\n\nOrder #{number}\n\nOnline Store\nhttps://app.example/orders/{number}\n\n"


@pytest.fixture(autouse=True)
def store(settings) -> None:
    settings.STORE_NAME, settings.STORE_APP_URL = "Online Store", "https://app.example"
    settings.DEFAULT_FROM_EMAIL = "Store <store@store.example>"


@pytest.fixture
def order(customer: User) -> Order:
    """Return an order for 300.00 whose confirmation has been sent."""
    order = make_payable(customer)
    run_due_jobs()
    mail.outbox.clear()
    return order


def test_whole_payment_is_told_by_the_mail_about_the_status_alone(order: Order, staff: User):
    receive(order, "300.00", by=staff)

    [message] = sent()
    assert message.subject == f"Your order #{order.pk} is being prepared"
    assert (
        f"Your order #{order.pk} is being prepared. We have received your payment of 300.00\u00a0₽.\n"
        in message.body
    )
    assert message.body.endswith(f"\nhttps://app.example/orders/{order.pk}\n\n")


def test_part_of_the_money_is_told_with_what_is_still_to_pay(order: Order, staff: User):
    receive(order, "100.00", by=staff)

    [message] = sent()
    assert message.subject == f"We have received your payment for order #{order.pk}"
    assert message.body == (
        "Hello!\n\nWe have received your payment of 100.00\u00a0₽.\nStill to pay: 200.00\u00a0₽.\n"
        + FOOT.format(number=order.pk)[1:]
    )
    job = Job.objects.get(kind="payment_email")
    assert (job.subject, job.status) == (f"order:{order.pk}", "done")
    assert message.message()["Message-ID"] == f"<{job.uuid}@store.example>"


def test_money_above_what_is_due_is_told_with_what_goes_back(order: Order, staff: User):
    PaymentMethod.objects.update(moves_to_processing=False)

    receive(order, "350.00", by=staff)

    [message] = sent()
    assert message.body == (
        "Hello!\n\nWe have received your payment of 350.00\u00a0₽.\n"
        "50.00\u00a0₽ of it was not due: we send it back.\n" + FOOT.format(number=order.pk)[1:]
    )


def test_money_paid_by_mistake_is_told_once_it_is_back(order: Order, staff: User):
    receive(order, "300.00", by=staff)
    receive(order, "50.00", by=staff)
    subjects = [message.subject for message in sent()]
    mail.outbox.clear()

    confirm_refund(uid=Refund.objects.get().uid, note="", by=staff)

    [message] = sent()
    assert subjects == [f"Your order #{order.pk} is being prepared"]
    assert message.subject == f"Refund for order #{order.pk}"
    assert message.body == (
        "Hello!\n\nWe have received more from you than was to be paid.\n"
        "We have sent 50.00\u00a0₽ back to you.\nA bank transfer arrives within 3 business days.\n"
        + FOOT.format(number=order.pk)[1:]
    )
    job = Job.objects.get(kind="refund_email")
    assert message.message()["Message-ID"] == f"<{job.uuid}@store.example>"


def test_refund_to_a_card_names_its_last_digits_in_the_language_of_the_order(customer: User, staff: User):
    order = make_payable(customer, language="ru")
    payment = make_payment(order, status="paid", captured=Decimal("300.00"), card_last4="4477")
    refund = Refund.objects.create(
        payment=payment, order=order, amount=Decimal("120.00"), status="succeeded", cause="manual"
    )
    enqueue(refund_email_of(refund, order))

    message = sent()[-1]
    assert message.subject == f"Возврат по заказу № {order.pk}"
    assert message.body.startswith(
        "Здравствуйте!\n\nМы вернули 120,00\u00a0₽ на карту, номер которой заканчивается на 4477.\n"
        "Деньги поступят в течение 10 рабочих дней — срок зависит от банка.\n"
    )


def test_failure_is_told_with_the_way_to_pay_again(order: Order):
    Order.objects.filter(pk=order.pk).update(expires_at=datetime(2030, 5, 1, 12, 30, tzinfo=UTC))
    tell(make_payment(order, status="failed"))

    [message] = sent()
    assert message.subject == f"The payment for order #{order.pk} has failed"
    assert message.body == (
        "Hello!\n\nYour payment of 300.00\u00a0₽ did not go through.\n"
        "We keep the order until May 1, 2030, 12:30 p.m., please try again.\n"
        f"Pay here: https://app.example/orders/{order.pk}\n" + FOOT.format(number=order.pk)[1:]
    )


def test_store_without_an_app_links_to_itself(order: Order, settings):
    settings.STORE_APP_URL, settings.STORE_URL = "", "https://store.example"
    tell(make_payment(order, status="failed"))

    [message] = sent()
    assert message.body.endswith(
        "did not go through.\nPlease try again, or choose another payment method.\n\n"
        f"Order #{order.pk}\n\nOnline Store\nhttps://store.example\n\n"
    )


@pytest.mark.parametrize("values", [{"is_current": False}, {"status": "paid"}], ids=str)
def test_failure_that_is_no_news_any_more_is_not_told(order: Order, values: dict):
    payment = make_payment(order, status="failed")
    tell(payment)
    Payment.objects.filter(pk=payment.pk).update(**values)

    assert sent() == []
    assert Job.objects.get(kind="payment_email").status == "done"


def test_failure_of_a_cancelled_order_is_not_told(order: Order, staff: User):
    tell(make_payment(order, status="failed"))
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)

    assert [message.subject for message in sent()] == [f"Your order #{order.pk} has been cancelled"]


def test_refund_that_the_bank_sent_back_is_not_told(order: Order, staff: User):
    payment = receive(order, "300.00", by=staff)
    refund = Refund.objects.create(
        payment=payment, order=order, amount=Decimal("10.00"), status="failed", cause="manual"
    )
    run_due_jobs()
    mail.outbox.clear()
    enqueue(refund_email_of(refund, order))

    assert sent() == []


def test_cancellation_of_a_paid_order_says_that_the_money_goes_back(order: Order, staff: User):
    receive(order, "300.00", by=staff)
    run_due_jobs()
    mail.outbox.clear()

    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)

    [message] = sent()
    assert message.body.startswith(
        f"Hello!\n\nYour order #{order.pk} has been cancelled. We are sending your 300.00\u00a0₽ back.\n"
    )


def test_mails_about_money_count_for_an_unconfirmed_mailbox(
    make_user: Callable[..., User], staff: User, settings
):
    if settings.STORE_EMBEDDED:
        caches["counters"].clear()
    settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), "unconfirmed": Rate(3, 86_400)}
    order = make_payable(make_user())

    for _time in range(2):
        receive(order, "10.00", by=staff)
        refund_order(order_id=order.pk, amount=Decimal("5.00"), reason="goodwill", note="", by=staff)
        confirm_refund(uid=Refund.objects.get(status="pending").uid, note="", by=staff)
        run_due_jobs()

    assert [message.subject for message in mail.outbox] == [
        f"Your order #{order.pk} is confirmed",
        f"We have received your payment for order #{order.pk}",
        f"Refund for order #{order.pk}",
    ]
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def test_customer_without_an_address_gets_none(make_user: Callable[..., User], staff: User):
    order = make_payable(make_user(email=""))
    refund_order(
        order_id=order.pk,
        amount=receive(order, "300.00", by=staff).captured,
        reason="goodwill",
        note="",
        by=staff,
    )
    confirm_refund(uid=Refund.objects.get().uid, note="", by=staff)

    assert sent() == []
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def tell(payment: Payment) -> None:
    enqueue(payment_email_of(payment, payment.order))


def sent() -> list[mail.EmailMessage]:
    run_due_jobs()
    return mail.outbox
