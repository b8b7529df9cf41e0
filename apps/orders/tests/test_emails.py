"""E-mails about orders: when it is placed and at every status change, in the order's language."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.orders.models import Invoice, Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import PATHS, make_order, moved
from apps.users.models import User

CONFIRMATIONS = {
    "ru": (
        "Заказ № {number} принят",
        "Здравствуйте!\n"
        "\n"
        "Спасибо за заказ! Счёт во вложении.\n"
        "\n"
        "Заказ № {number}\n"
        "Кружка <b> & Co × 2: 2\u00a0469,00\u00a0₽\n"
        "Лампа × 1: 0,50\u00a0₽\n"
        "Итого: 2\u00a0469,50\u00a0₽\n",
        "счёт-{number}.pdf",
    ),
    "en": (
        "Your order #{number} is confirmed",
        "Hello!\n"
        "\n"
        "Thank you for your order! The invoice is attached.\n"
        "\n"
        "Order #{number}\n"
        "Кружка <b> & Co × 2: 2,469.00\u00a0₽\n"
        "Лампа × 1: 0.50\u00a0₽\n"
        "Total: 2,469.50\u00a0₽\n",
        "invoice-{number}.pdf",
    ),
}
SUBJECTS = {
    ("ru", "processing"): "Заказ № {number} собирается",
    ("ru", "shipped"): "Заказ № {number} отправлен",
    ("ru", "delivered"): "Заказ № {number} доставлен",
    ("ru", "cancelled"): "Заказ № {number} отменён",
    ("en", "processing"): "Your order #{number} is being prepared",
    ("en", "shipped"): "Your order #{number} has been shipped",
    ("en", "delivered"): "Your order #{number} has been delivered",
    ("en", "cancelled"): "Your order #{number} has been cancelled",
}


@pytest.fixture(autouse=True)
def store(settings) -> None:
    settings.STORE_NAME = "Online Store"
    settings.STORE_URL = "https://store.example"
    settings.DEFAULT_FROM_EMAIL = "Store <store@store.example>"


@pytest.mark.parametrize("language", CONFIRMATIONS)
def test_placed_order_is_confirmed_with_its_invoice(customer: User, language: str):
    subject, text, file_name = CONFIRMATIONS[language]
    mug = make_product(sku="MUG", name="Кружка <b> & Co", price="1234.50")
    lamp = make_product(sku="LAMP", name="Лампа", price="0.50")
    order = make_order(customer, {mug: 2, lamp: 1}, language=language)

    with translation.override("en" if language == "ru" else "ru"):
        run_due_jobs()

    names = {"number": order.pk, "name": customer.username}
    [message] = mail.outbox
    assert message.subject == subject.format(**names)
    assert message.body.startswith(text.format(**names))
    assert message.body.endswith("\nOnline Store\nhttps://store.example\n\n")
    assert (message.to, message.cc, message.bcc) == ([customer.email], [], [])
    assert message.from_email == "Store <store@store.example>"
    assert message.message()["Message-ID"] == f"<{job_of('confirmation_email').uuid}@store.example>"
    assert [tuple(attached) for attached in message.attachments] == [
        (file_name.format(**names), bytes(Invoice.objects.get().pdf), "application/pdf")
    ]
    assert job_of("confirmation_email").status == "done"


def test_confirmation_makes_the_invoice_when_there_is_none_yet(customer: User):
    make_order(customer)

    run_job_alone("confirmation_email")

    assert mail.outbox[0].attachments[0].content == bytes(Invoice.objects.get().pdf)


@pytest.mark.parametrize(("language", "status"), SUBJECTS)
def test_every_move_is_told(customer: User, staff: User, language: str, status: str):
    mug = make_product(name="Mug", price="1234.50")
    order = make_order(customer, {mug: 2}, language=language)
    *before, last = PATHS[status]
    moved(order, *before, by=staff)
    run_due_jobs()
    mail.outbox.clear()
    moved(order, last, by=staff)

    with translation.override("en" if language == "ru" else "ru"):
        run_due_jobs()

    subject = SUBJECTS[language, status].format(number=order.pk)
    hello, unpaid, lines = {
        "ru": (
            "Здравствуйте",
            "Оплачивать его не нужно.",
            "Mug × 2: 2\u00a0469,00\u00a0₽\nИтого: 2\u00a0469,00\u00a0₽",
        ),
        "en": (
            "Hello",
            "There is nothing to pay.",
            "Mug × 2: 2,469.00\u00a0₽\nTotal: 2,469.00\u00a0₽",
        ),
    }[language]
    told = f"{subject}. {unpaid}" if status == "cancelled" else f"{subject}."
    job = Job.objects.get(key=f"status_email:{order.pk}:{status}")
    [message] = mail.outbox
    assert (message.subject, message.to, message.attachments) == (subject, [customer.email], [])
    assert message.body == (f"{hello}!\n\n{told}\n\n{lines}\n\nOnline Store\nhttps://store.example\n\n")
    assert message.message()["Message-ID"] == f"<{job.uuid}@store.example>"
    assert job.status == "done"


@pytest.mark.parametrize(
    ("language", "line"), [("ru", "Трек-номер: EM1 & Co"), ("en", "Tracking number: EM1 & Co")]
)
def test_tracking_number_is_told_once_it_is_known(customer: User, staff: User, language: str, line: str):
    order = moved(make_order(customer, language=language), "processing", "shipped", by=staff)
    Order.objects.filter(pk=order.pk).update(tracking_number="EM1 & Co")
    moved(order, "delivered", by=staff)

    run_due_jobs()

    assert line in mail.outbox[-1].body.splitlines()


@pytest.mark.parametrize("is_confirmed", [True, False])
@pytest.mark.parametrize(
    ("language", "line"), [("ru", "Причина: Нет <глины> & песка"), ("en", "Reason: Нет <глины> & песка")]
)
def test_customer_is_told_why_staff_cancelled_the_order(
    make_user: Callable[..., User], staff: User, language: str, line: str, is_confirmed: bool
):
    buyer = make_user(email_verified_at=timezone.now() if is_confirmed else None)
    order = make_order(buyer, language=language)
    cancelled(order, by=staff, comment="Нет <глины> & песка")

    run_due_jobs()

    assert mail.outbox[-1].body.splitlines()[3] == line


def test_email_carries_no_reason_that_the_customer_gave(customer: User):
    order = make_order(customer, language="en")
    cancelled(order, by=customer, comment="www.win-prize.example")

    run_due_jobs()

    assert mail.outbox[-1].body.startswith(
        f"Hello!\n\nYour order #{order.pk} has been cancelled. There is nothing to pay.\n\n"
    )


def cancelled(order: Order, *, by: User, comment: str) -> None:
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=by, comment=comment)


def test_mails_come_in_the_order_of_the_moves(customer: User, staff: User):
    order = moved(make_order(customer, language="en"), "processing", "shipped", "delivered", by=staff)

    run_due_jobs()

    assert [message.subject.removeprefix(f"Your order #{order.pk} ") for message in mail.outbox] == [
        "is confirmed",
        "is being prepared",
        "has been shipped",
        "has been delivered",
    ]


def test_customer_without_an_address_gets_no_mail_and_no_job_fails(
    make_user: Callable[..., User], staff: User
):
    moved(make_order(make_user(email="")), "processing", "shipped", "delivered", by=staff)

    run_due_jobs()

    assert mail.outbox == []
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}
    assert Job.objects.count() == 5


def test_name_of_the_customer_cannot_add_headers(make_user: Callable[..., User]):
    make_order(make_user(username="eve\r\nBcc: x@example.com"), language="en")

    run_due_jobs()

    [message] = mail.outbox
    assert message.message()["Bcc"] is None
    assert message.recipients() == message.to


def test_each_mail_is_sent_once_however_often_its_job_is_called(customer: User, staff: User):
    moved(make_order(customer), "processing", by=staff)
    run_due_jobs()

    repeated = [run_job(job.pk) for job in Job.objects.all()]

    assert repeated == [0, 0, 0]
    assert len(mail.outbox) == 2


def test_mail_that_is_sent_twice_after_a_crash_has_the_same_id(customer: User):
    make_order(customer)
    run_due_jobs()
    Job.objects.filter(kind="confirmation_email").update(status="pending")  # its worker died at the end

    run_due_jobs()

    first, second = mail.outbox
    assert first.message()["Message-ID"] == second.message()["Message-ID"]


def job_of(kind: str) -> Job:
    return Job.objects.get(kind=kind)


def run_job_alone(kind: str) -> None:
    """Run the job of this kind before any other of its order."""
    others = Job.objects.exclude(kind=kind)
    others.update(run_at=timezone.now() + timedelta(hours=1))
    run_job(job_of(kind).pk)
