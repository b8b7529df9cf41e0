"""E-mails about an order are tried again, or not, as the mail server answers."""

import smtplib
import socket
import ssl
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.tests.factories import make_order, moved
from apps.users.models import User


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


def test_mail_server_is_given_the_message(smtp: MailServer, customer: User):
    make_order(customer, language="en")

    run_due_jobs()

    [message] = smtp.messages
    assert (
        f"Message-ID: <{Job.objects.get(kind='confirmation_email').uuid}@store.example>\r\n".encode()
        in message
    )
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
        job = Job.objects.get(kind="confirmation_email")
        pause = job.run_at - timezone.now()
    smtp.error = None

    with time_machine.travel(job.run_at + timedelta(seconds=1), tick=False):
        run_due_jobs()

    assert (job.status, job.attempts) == ("pending", 1)
    assert timedelta(seconds=2) <= pause <= timedelta(seconds=2.5)
    assert type(error).__name__ in job.last_error
    again = Job.objects.get(kind="confirmation_email")
    assert (again.status, again.attempts, again.last_error, len(smtp.messages)) == ("done", 2, "", 1)


@pytest.mark.parametrize("error", PERMANENT.values(), ids=PERMANENT.keys())
def test_mail_that_is_refused_for_good_fails_at_once(smtp: MailServer, customer: User, error: Exception):
    make_order(customer)
    smtp.error = error

    run_due_jobs()

    job = Job.objects.get(kind="confirmation_email")
    assert (job.status, job.attempts, smtp.messages) == ("failed", 1, [])
    assert type(error).__name__ in job.last_error
    assert Job.objects.get(kind="invoice").status == "done"


def test_mail_server_that_is_not_there_is_tried_again_later(customer: User, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = gone.getsockname()
    make_order(customer)

    run_due_jobs()

    job = Job.objects.get(kind="confirmation_email")
    assert (job.status, job.attempts) == ("pending", 1)
    assert job.run_at > timezone.now()
    assert "MailUnavailable: ConnectionRefusedError" in job.last_error


def test_status_mail_waits_for_the_mail_server_too(smtp: MailServer, customer: User, staff: User):
    order = make_order(customer)
    run_due_jobs()
    moved(order, "cancelled", by=staff)
    smtp.error = smtplib.SMTPDataError(451, b"greylisted")

    run_due_jobs()

    job = Job.objects.get(kind="status_email")
    assert (job.status, job.attempts, len(smtp.messages)) == ("pending", 1, 1)
