"""Headers of every e-mail, whatever names and addresses it is given."""

import ast
from email import message_from_bytes, policy
from email.headerregistry import Address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings

from apps.core.mail import RecipientRefused, compose

ID = UUID("6f1e7a2c-0d4b-4b6e-9a53-0a1b2c3d4e5f")
ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0"]
# What makes or sends an e-mail besides `compose` and `send`.
OTHER_WAYS = {
    "EmailMessage",
    "EmailMultiAlternatives",
    "send_mail",
    "send_mass_mail",
    "mail_admins",
    "mail_managers",
    "email_user",
    "SMTP",
    "SMTP_SSL",
}


@pytest.fixture(autouse=True)
def store(settings) -> None:
    settings.STORE_NAME = "Online Store"
    settings.DEFAULT_FROM_EMAIL = "shop@store.example"
    settings.EMAIL_REPLY_TO = ""


def written(**values: Any) -> tuple[Any, bytes]:
    """Return the message as its reader's program sees it, and as it goes over the wire."""
    given = {"subject": "Hello", "body": "Text", "recipient": "anna@example.com", "message_id": ID, **values}
    wire = compose(**given).message().as_bytes(linesep="\r\n")
    return message_from_bytes(wire, policy=policy.default), wire


def header_lines(wire: bytes) -> list[str]:
    return wire.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def test_mail_names_its_sender_and_says_that_a_machine_wrote_it():
    message, _wire = written()

    assert message["From"] == "Online Store <shop@store.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] is None
    assert message["Subject"] == "Hello"
    assert message["Message-ID"] == f"<{ID}@store.example>"


def test_replies_go_where_they_are_wanted(settings):
    settings.EMAIL_REPLY_TO = "Отдел заказов <help@пример.рф>"

    message, wire = written()

    [address] = message["Reply-To"].addresses
    assert address == Address("Отдел заказов", "help", "xn--e1afmkfd.xn--p1ai")
    assert wire.isascii()


@pytest.mark.parametrize(
    ("sender", "name", "address", "domain"),
    [
        ("Магазин <shop@пример.рф>", "Магазин", "shop", "xn--e1afmkfd.xn--p1ai"),
        ("shop@пример.рф", "Online Store", "shop", "xn--e1afmkfd.xn--p1ai"),
        ('"Чай, кофе & Co." <shop@store.example>', "Чай, кофе & Co.", "shop", "store.example"),
        ('"Tea, Inc." <shop@store.example>', "Tea, Inc.", "shop", "store.example"),
        ("Café Inc. <a.b+c@store.example>", "Café Inc.", "a.b+c", "store.example"),
        ("store@localhost", "Online Store", "store", "localhost"),
        ("Магазин чая и кофе <shop@store.example>", "Магазин чая и кофе", "shop", "store.example"),
        (f"shop@{'a' * 60}.{'b' * 60}.example", "Online Store", "shop", f"{'a' * 60}.{'b' * 60}.example"),
    ],
)
def test_sender_is_readable_and_the_id_is_one_line_of_ascii(
    settings, sender: str, name: str, address: str, domain: str
):
    settings.DEFAULT_FROM_EMAIL = sender

    message, wire = written()

    [read] = message["From"].addresses
    assert read == Address(name, address, domain)
    assert [line for line in header_lines(wire) if str(ID) in line] == [f"Message-ID: <{ID}@{domain}>"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("place", ["STORE_NAME", "DEFAULT_FROM_EMAIL", "EMAIL_REPLY_TO", "subject"])
def test_no_name_adds_a_header(settings, end: str, place: str):
    evil = f"Shop{end}Bcc: eve@example.com{end}{end}Hello"
    values = {}
    if place == "STORE_NAME":
        settings.STORE_NAME = evil
    elif place == "subject":
        values["subject"] = evil
    else:
        setattr(settings, place, f'"{evil}" <shop@store.example>')

    message, wire = written(**values)

    names = {line.partition(":")[0] for line in header_lines(wire) if not line[0].isspace()}
    assert names <= {
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding"),
        *("Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted"),
    }
    assert message["Bcc"] is None
    assert message.get_content() == "Text"


def test_address_that_ascii_cannot_spell_is_not_changed_into_another_one():
    with pytest.raises(RecipientRefused):
        compose(subject="Hello", body="Text", recipient="анна@example.com", message_id=ID)


def test_recipient_of_a_domain_in_another_alphabet_is_written_to():
    message, wire = written(recipient="anna@пример.рф")

    assert message["To"] == "anna@xn--e1afmkfd.xn--p1ai"
    assert wire.isascii()


def test_every_mail_is_composed_and_sent_in_one_place():
    home = {Path("apps/core/mail.py")}
    found = {
        f"{path}: {name}"
        for path in sources()
        for call in ast.walk(ast.parse((django_settings.BASE_DIR / path).read_text()))
        if isinstance(call, ast.Call) and (name := called(call)) in OTHER_WAYS and path not in home
    }

    assert found == set()


def test_only_jobs_send_mail_and_all_by_the_same_rules():
    senders = {
        path
        for path in sources()
        for line in ast.walk(ast.parse((django_settings.BASE_DIR / path).read_text()))
        if isinstance(line, ast.ImportFrom) and line.module == "apps.core.mail"
        if "send" in {name.name for name in line.names}
    }

    assert senders == {Path("apps/jobs/email_delivery.py")}


def sources() -> list[Path]:
    found = [
        path.relative_to(django_settings.BASE_DIR)
        for folder in ("apps", "online_store")
        for path in (django_settings.BASE_DIR / folder).rglob("*.py")
    ]
    return [path for path in found if "tests" not in path.parts]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
