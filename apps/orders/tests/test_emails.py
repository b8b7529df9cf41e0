"""The customer is written to: when the order is placed, and at every move, in the order's language."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
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


@pytest.fixture
def smtp(settings, monkeypatch: pytest.MonkeyPatch) -> "MailServer":
    """Put a mail server at the edge, where smtplib speaks to one; it is there and takes everything."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    server = MailServer()
    monkeypatch.setattr(smtplib.SMTP, "connect", server.connect)
    monkeypatch.setattr(smtplib.SMTP, "sendmail", server.sendmail)
    return server


class MailServer:
    """What a mail server says, and what it was sent."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.error: Exception | None = None
        self.greeting = (220, b"ready")

    def connect(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        return self.greeting

    def sendmail(self, sender: str, recipients: list[str], message: bytes, *args: Any, **options: Any):
        if self.error is not None:
            raise self.error
        self.messages.append(message)
        return {}


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


def test_mail_server_is_given_the_message(smtp: MailServer, customer: User):
    make_order(customer, language="en")

    run_due_jobs()

    [message] = smtp.messages
    assert f"Message-ID: <{job_of('confirmation_email').uuid}@store.example>\r\n".encode() in message
    assert f"To: {customer.email}\r\n".encode() in message


TRANSIENT = {
    "421 data": smtplib.SMTPDataError(421, b"shutting down"),
    "451 data": smtplib.SMTPDataError(451, b"greylisted"),
    "554 data": smtplib.SMTPDataError(554, b"spam"),
    "550 sender": smtplib.SMTPSenderRefused(550, b"who?", "store@store.example"),
    "535 login": smtplib.SMTPAuthenticationError(535, b"wrong password"),
    "452 sender": smtplib.SMTPSenderRefused(452, b"no space", "store@store.example"),
    "450 recipient": smtplib.SMTPRecipientsRefused({"a@example.com": (450, b"busy")}),
    "454 login": smtplib.SMTPAuthenticationError(454, b"try later"),
    "disconnected": smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
    "time-out": TimeoutError("timed out"),
    "reset": ConnectionResetError("reset by peer"),
    "not encrypted": smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
    "certificate": ssl.SSLCertVerificationError("self-signed certificate"),
    "no such host now": socket.gaierror(-3, "Temporary failure in name resolution"),
}
PERMANENT = {
    "550 recipient": smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"unknown")}),
    "550 recipient, told late": smtplib.SMTPDataError(550, b"5.1.1 unknown"),
}


@pytest.mark.parametrize("error", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_mail_that_cannot_be_taken_now_is_tried_again_later(
    smtp: MailServer, customer: User, error: Exception
):
    make_order(customer)
    smtp.error = error
    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()
        job = job_of("confirmation_email")
        pause = job.run_at - timezone.now()
    smtp.error = None

    with time_machine.travel(job.run_at + timedelta(seconds=1), tick=False):
        run_due_jobs()

    assert (job.status, job.attempts) == ("pending", 1)
    assert timedelta(seconds=2) <= pause <= timedelta(seconds=2.5)
    assert type(error).__name__ in job.last_error
    again = job_of("confirmation_email")
    assert (again.status, again.attempts, again.last_error, len(smtp.messages)) == ("done", 2, "", 1)


@pytest.mark.parametrize("error", PERMANENT.values(), ids=PERMANENT.keys())
def test_mail_that_is_refused_for_good_fails_at_once(smtp: MailServer, customer: User, error: Exception):
    make_order(customer)
    smtp.error = error

    run_due_jobs()

    job = job_of("confirmation_email")
    assert (job.status, job.attempts, smtp.messages) == ("failed", 1, [])
    assert type(error).__name__ in job.last_error
    assert job_of("invoice").status == "done"


def test_mail_server_that_is_not_there_is_tried_again_later(customer: User, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = gone.getsockname()
    make_order(customer)

    run_due_jobs()

    job = job_of("confirmation_email")
    assert (job.status, job.attempts) == ("pending", 1)
    assert job.run_at > timezone.now()
    assert "MailUnavailable: ConnectionRefusedError" in job.last_error


def test_status_mail_waits_for_the_mail_server_too(smtp: MailServer, customer: User, staff: User):
    order = make_order(customer)
    run_due_jobs()
    moved(order, "cancelled", by=staff)
    smtp.error = smtplib.SMTPDataError(451, b"greylisted")

    run_due_jobs()

    job = job_of("status_email")
    assert (job.status, job.attempts, len(smtp.messages)) == ("pending", 1, 1)


def job_of(kind: str) -> Job:
    return Job.objects.get(kind=kind)


def run_job_alone(kind: str) -> None:
    """Run the job of this kind before any other of its order."""
    others = Job.objects.exclude(kind=kind)
    others.update(run_at=timezone.now() + timedelta(hours=1))
    run_job(job_of(kind).pk)
