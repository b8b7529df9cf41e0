"""Mail goes out over SMTP: what the server says on the wire decides what becomes of the job."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_job
from apps.orders.models import Invoice, Order, OrderItem
from apps.orders.tests.factories import make_order
from apps.orders.tests.raw_servers import HOST, Mailbox, serving
from apps.users.models import User


@pytest.fixture(autouse=True)
def smtp(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = HOST
    settings.EMAIL_TIMEOUT = 0.3
    settings.DEFAULT_FROM_EMAIL = "Store <store@store.example>"


@pytest.fixture
def job(customer: User) -> Job:
    """Return the order's confirmation, to be sent."""
    order = make_order(customer, language="en")
    return Job.objects.get(key=f"confirmation_email:{order.pk}")


def test_message_arrives_whole(settings, job: Job, customer: User):
    with served(settings, mailbox := Mailbox()):
        run_job(job.pk)

    order, invoice = Order.objects.get(), Invoice.objects.get()
    [message] = map(parsed, mailbox.messages)
    [attached] = message.iter_attachments()
    assert mailbox.recipients == [customer.email]
    assert message["Subject"] == f"Your order #{order.pk} is confirmed"
    assert (message["From"], message["To"]) == ("Store <store@store.example>", customer.email)
    assert message["Message-ID"] == f"<{job.uuid}@store.example>"
    assert "Hello!" in message.get_body().get_content()
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/pdf",
        f"invoice-{order.pk}.pdf",
    )
    assert attached.get_content() == bytes(invoice.pdf)
    assert state_of(job) == ("done", 1)


@pytest.mark.parametrize(
    "answers",
    [
        {"GREETING": "421 too many connections"},
        {"GREETING": "what?"},
        {"GREETING": "hang up"},
        {"MAIL": "451 try again"},
        {"RCPT": "450 greylisted, try again"},
        {"DATA": "452 disk full"},
        {"MESSAGE": "451 try again"},
        {"MESSAGE": "hang up"},
        {"RCPT": "hang up"},
    ],
    ids=str,
)
def test_server_that_cannot_take_it_now_is_asked_again(settings, job: Job, answers: dict[str, str]):
    with served(settings, mailbox := Mailbox(**answers)):
        run_job(job.pk)

        assert state_of(job) == ("pending", 1)
        assert mailbox.messages == []
        mailbox.answers = {}
        with time_machine.travel(Job.objects.get(pk=job.pk).run_at + timedelta(seconds=1)):
            run_job(job.pk)

    assert state_of(job) == ("done", 2)
    assert [parsed(message)["Message-ID"] for message in mailbox.messages] == [f"<{job.uuid}@store.example>"]


LOGIN = {"EHLO": "250-store.example\r\n250 AUTH PLAIN"}
REFUSALS_OF_THE_STORE = [
    {"GREETING": "554 no service"},
    {"GREETING": "554-5.7.1 you are\r\n554 5.7.1 on a list"},
    {"EHLO": "550 go away", "HELO": "550 go away"},
    {**LOGIN, "AUTH": "535 5.7.8 wrong password"},
    {**LOGIN, "AUTH": "534 5.7.9 use an app password"},
    {"EHLO": "250 no login here"},
    {"MAIL": "550 quota exceeded"},
    {"MAIL": "552 5.2.2 quota exceeded"},
    {"MAIL": "553 5.1.8 sender unknown"},
    {"RCPT": "554 5.7.1 relay access denied"},
    {"RCPT": "530 5.7.0 authentication required"},
    {"DATA": "554 no"},
    {"MESSAGE": "554 spam"},
    {"MESSAGE": "550 5.7.26 unauthenticated sender"},
    {"MESSAGE": "550 5.4.5 daily quota exceeded"},
    {"MESSAGE": "552 5.3.4 too large"},
]


@pytest.mark.parametrize("answers", REFUSALS_OF_THE_STORE, ids=str)
def test_server_that_refuses_the_store_is_asked_again_and_somebody_is_told(
    settings, job: Job, caplog, answers: dict[str, str]
):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "store", "secret-of-the-store"
    with served(settings, mailbox := Mailbox(**{**LOGIN, "AUTH": "235 welcome", **answers})):
        run_job(job.pk)

        assert state_of(job) == ("pending", 1)
        assert mailbox.messages == []
        [alarm] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert alarm.startswith("The mail server refuses the store: SMTP")
        assert "secret-of-the-store" not in caplog.text
        mailbox.answers = {**LOGIN, "AUTH": "235 welcome"}
        with time_machine.travel(Job.objects.get(pk=job.pk).run_at + timedelta(seconds=1)):
            run_job(job.pk)

    assert (state_of(job), len(mailbox.messages)) == (("done", 2), 1)


@pytest.mark.parametrize("encryption", ["EMAIL_USE_SSL", "EMAIL_USE_TLS"])
def test_server_without_the_encryption_that_is_wanted_gets_nothing_and_is_asked_again(
    settings, job: Job, caplog, encryption: str
):
    setattr(settings, encryption, True)
    with served(settings, mailbox := Mailbox()):
        run_job(job.pk)

    assert (state_of(job), mailbox.messages, mailbox.recipients) == (("pending", 1), [], [])
    assert "The mail server refuses the store: " in caplog.text


@pytest.mark.parametrize(
    "answers",
    [
        {"RCPT": "550 no such user"},
        {"RCPT": "550 5.1.1 no such user"},
        {"RCPT": "552 5.2.2 mailbox full"},
        {"RCPT": "553 5.1.3 bad address"},
        {"MESSAGE": "550 5.1.1 no such user"},
        {"MESSAGE": "554 5.2.1 mailbox disabled"},
    ],
    ids=str,
)
def test_recipient_who_is_refused_for_good_is_not_written_to_again(
    settings, job: Job, caplog, answers: dict[str, str]
):
    with served(settings, mailbox := Mailbox(**answers)):
        run_job(job.pk)
        with time_machine.travel(Job.objects.get(pk=job.pk).run_at + timedelta(hours=2)):
            again = run_job(job.pk)

    assert (state_of(job), again, mailbox.messages) == (("failed", 1), 0, [])
    [(_verb, answer)] = answers.items()
    error = Job.objects.get(pk=job.pk).error_line
    assert error.startswith("apps.core.mail.RecipientRefused: SMTP")
    assert answer.partition(" ")[2] in error
    assert "refuses the store" not in caplog.text


@pytest.mark.parametrize(
    "answers",
    [{"MESSAGE": "554 spam"}, {"MAIL": "552 message too big"}, {"MAIL": "552 5.3.4 message too big"}],
    ids=str,
)
def test_message_that_is_refused_is_given_up_within_the_hour(settings, job: Job, answers: dict[str, str]):
    with served(settings, Mailbox(**answers)), time_machine.travel(timezone.now()) as clock:
        began = timezone.now()
        while state_of(job)[0] == "pending":
            clock.move_to(Job.objects.get(pk=job.pk).run_at + timedelta(seconds=1))
            run_job(job.pk)
        took = timezone.now() - began

    assert state_of(job) == ("failed", 12)
    assert took < timedelta(hours=1)


def test_server_that_is_away_for_three_days_costs_no_mail(settings, job: Job):
    Job.objects.filter(pk=job.pk).update(attempts=750)  # in about three days
    with served(settings, mailbox := Mailbox(GREETING="421 closed")):
        run_job(job.pk)
        waiting = Job.objects.get(pk=job.pk)
        mailbox.answers = {}
        with time_machine.travel(waiting.run_at):
            run_job(job.pk)

    assert waiting.run_at - timezone.now() < timedelta(minutes=7)
    assert (state_of(job), len(mailbox.messages)) == (("done", 752), 1)


def test_what_the_server_says_is_kept_without_the_customer_s_address(settings, job: Job, customer: User):
    with served(settings, Mailbox(RCPT=f"421 <{customer.email}>: later")):
        run_job(job.pk)

    line = Job.objects.get(pk=job.pk).error_line
    assert line == "apps.core.mail.MailUnavailable: SMTPRecipientsRefused: {'…': (421, b'<…>: later')}"
    assert CircuitState.objects.get(name="mail").last_error == line


def test_silent_server_is_asked_again(settings, job: Job):
    with socket.create_server((HOST, 0)) as silent:  # the system accepts, nobody speaks
        settings.EMAIL_PORT = silent.getsockname()[1]

        run_job(job.pk)

    assert state_of(job) == ("pending", 1)
    assert "TimeoutError" in Job.objects.get(pk=job.pk).last_error


def test_server_that_refuses_connections_is_asked_again(settings, job: Job):
    with socket.create_server((HOST, 0)) as gone:
        settings.EMAIL_PORT = gone.getsockname()[1]

    run_job(job.pk)

    assert state_of(job) == ("pending", 1)
    assert "ConnectionRefusedError" in Job.objects.get(pk=job.pk).last_error


@pytest.mark.parametrize(
    "address", ["victim@example.com\nBcc: eve@example.com", "victim@example.com\r\n\r\nHello", "\n@x"]
)
def test_address_that_would_add_headers_is_never_written_to(settings, job: Job, address: str):
    User.objects.update(email=address)  # no form of the store lets it in
    with served(settings, mailbox := Mailbox()):
        run_job(job.pk)

    assert (state_of(job), mailbox.messages, mailbox.recipients) == (("failed", 1), [], [])


def test_name_that_looks_like_headers_stays_in_the_text(settings, job: Job):
    OrderItem.objects.update(product_name="Tea\r\nBcc: eve@example.com\r\n.\r\nMAIL FROM:<eve@example.com>")
    with served(settings, mailbox := Mailbox()):
        run_job(job.pk)

    [message] = map(parsed, mailbox.messages)
    assert message["Bcc"] is None
    assert len(mailbox.recipients) == 1
    assert "Bcc: eve@example.com" in message.get_body().get_content()
    assert state_of(job) == ("done", 1)


@contextmanager
def served(settings, mailbox: Mailbox) -> Iterator[None]:
    with serving(mailbox.talk) as server:
        settings.EMAIL_PORT = server.port
        yield


def parsed(message: str) -> EmailMessage:
    result: Any = message_from_string(message, policy=policy.default)
    return result


def state_of(job: Job) -> tuple[str, int]:
    return Job.objects.values_list("status", "attempts").get(pk=job.pk)
