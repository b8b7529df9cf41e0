"""The mail server of `make chaos` keeps what it says it keeps, and fails as it is told."""

import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts.chaos.smtp_server import SmtpServer

KEPT = {
    "message_id": "<1@store>",
    "subject": "Заказ № 7",
    "recipients": ["buyer@example.com"],
    "text": "first line\n.second line\n",
    "is_told": True,
}

pytestmark = pytest.mark.long


@pytest.fixture
def smtp_server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(tmp_path / "mails", Random()) as smtp_server:
        yield smtp_server


def deliver(smtp_server: SmtpServer, fault: str) -> None:
    message = EmailMessage()
    message["Message-ID"], message["Subject"] = KEPT["message_id"], KEPT["subject"]
    message["From"], message["To"] = "store@localhost", "buyer@example.com"
    message.set_content("first line\n.second line\n")
    smtp_server.next_fault = lambda: fault
    with smtplib.SMTP("127.0.0.1", urlsplit(smtp_server.url).port, timeout=10) as client:
        client.send_message(message)


def kept(smtp_server: SmtpServer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in smtp_server.log.read_text().splitlines()]


def test_message_is_kept_and_its_sender_told(smtp_server: SmtpServer):
    deliver(smtp_server, "")
    deliver(smtp_server, "")

    assert kept(smtp_server) == [KEPT, KEPT]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("quota", smtplib.SMTPSenderRefused),
        ("away", smtplib.SMTPSenderRefused),
        ("busy", smtplib.SMTPRecipientsRefused),
        ("full", smtplib.SMTPDataError),
        ("drop", smtplib.SMTPServerDisconnected),
    ],
)
def test_fault_keeps_nothing(smtp_server: SmtpServer, fault: str, error: type[Exception]):
    with pytest.raises(error):
        deliver(smtp_server, fault)

    assert kept(smtp_server) == []


def test_lost_answer_leaves_a_message_of_which_the_sender_was_not_told(smtp_server: SmtpServer):
    with pytest.raises(smtplib.SMTPServerDisconnected):
        deliver(smtp_server, "lose")

    assert kept(smtp_server) == [{**KEPT, "is_told": False}]
