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

from apps.jobs.models import Job
from apps.jobs.runner import run_job
from apps.orders.models import Invoice, Order
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
    assert message["Subject"] == f"Online Store: Order № {order.pk} is placed"
    assert (message["From"], message["To"]) == ("Store <store@store.example>", customer.email)
    assert message["Message-ID"] == f"<{job.uuid}@store.example>"
    assert f"Hello, {customer.username}!" in message.get_body().get_content()
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


@pytest.mark.parametrize(
    "answers",
    [
        {"MAIL": "550 go away"},
        {"RCPT": "550 no such user"},
        {"DATA": "554 no"},
        {"MESSAGE": "554 spam"},
        {"GREETING": "554 no service"},
    ],
    ids=str,
)
def test_server_that_refuses_for_good_is_not_asked_again(settings, job: Job, answers: dict[str, str]):
    with served(settings, mailbox := Mailbox(**answers)):
        run_job(job.pk)
        with time_machine.travel(Job.objects.get(pk=job.pk).run_at + timedelta(hours=2)):
            again = run_job(job.pk)

    assert (state_of(job), again, mailbox.messages) == (("failed", 1), 0, [])
    code, _, text = next(iter(answers.values())).partition(" ")
    assert code in Job.objects.get(pk=job.pk).last_error
    assert text in Job.objects.get(pk=job.pk).last_error


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
    User.objects.update(username="Anna\r\nBcc: eve@example.com\r\n.\r\nMAIL FROM:<eve@example.com>")
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
