"""Composing e-mails, handing them over, and the backend of a start without a mail server."""

import logging
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from uuid import UUID

import idna
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS_IN_TEXT = re.compile(r"[^\s<>()'\"]+@[^\s<>()'\"]+")
# RFC 3463: what a refusal is about. Many servers put such a code before the text of a reply.
_ENHANCED_CODE = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS, _MAILBOX, _CONTENT, _POLICY = 1, 2, 6, 7
_SIZE, _TOO_LARGE = 552, (3, 4)
_LONGEST_LINE = 998  # RFC 5322, 2.1.1
_CLOSING = 421  # RFC 5321, 3.8: the server shuts down, whatever the command
_NOT_LOGGED_IN = {530, 535, 538}

logger = logging.getLogger(__name__)


class MailUnavailable(Exception):
    """The mail server is away, or takes no message of the store for now: a later attempt may succeed."""


class StoreRefused(MailUnavailable):
    """The mail server takes no message of the store until somebody changes something.

    It is about the login, the sender, encryption, a quota or a policy: no recipient can do anything about it.
    """


class MessageRefused(StoreRefused):
    """The mail server does not take this message, and does not say that it is about the recipient."""


class RecipientDeferred(Exception):
    """The mail server takes nothing for the recipient for now."""


class RecipientRefused(Exception):
    """There is no such recipient, or they take no mail: another attempt would be told the same."""


class StoreMessage(EmailMessage):
    """A message whose headers are not folded: some servers lose a Message-ID that begins on a second line."""

    def message(self, *args: Any, **options: Any) -> Any:
        """Return the message as it is sent."""
        message = super().message(*args, **options)
        message.policy = message.policy.clone(max_line_length=_LONGEST_LINE)
        return message


def compose(*, subject: str, body: str, recipient: str, message_id: UUID) -> EmailMessage:
    """Return a message of the store. All e-mails are made here.

    Raises RecipientRefused for an address that cannot be written to with ASCII alone.
    """
    local_part, _at, _domain = recipient.rpartition("@")
    if not local_part.isascii():  # Django would write to another address, one made of ASCII
        raise RecipientRefused("The recipient's address needs a mail server that takes UTF-8 in addresses")
    sender = _address(settings.DEFAULT_FROM_EMAIL, settings.STORE_NAME)
    headers = {
        # The same id at every attempt, so that a copy sent after a crash can be told from a second message.
        "Message-ID": f"<{message_id}@{sender.domain}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office notes in return
    }
    return StoreMessage(
        _one_line(subject),
        body,
        str(sender),
        [recipient],
        headers=headers,
        reply_to=[str(_address(settings.EMAIL_REPLY_TO))] if settings.EMAIL_REPLY_TO else None,
    )


def send(message: EmailMessage) -> None:
    """Hand the message to the mail server.

    Raises MailUnavailable and RecipientDeferred when it may be tried again, RecipientRefused when it may not.
    A refusal of the store is written to the log as an error: somebody must act.
    """
    connection = get_connection()
    try:
        connection.send_messages([message])
    except OSError as error:  # all that smtplib raises is one
        failure = _failure_of(error)
        if isinstance(failure, StoreRefused):
            logger.error("The mail server refuses the store: %s", failure)
        raise failure from error
    finally:
        with suppress(smtplib.SMTPException):  # Django leaves a connection open whose login was refused
            connection.close()


def _failure_of(error: OSError) -> Exception:
    """Return what the error means for the message."""
    text = f"{type(error).__name__}: {_without_addresses(str(error))}"
    match error:
        case smtplib.SMTPRecipientsRefused():
            [(code, reply)] = error.recipients.values()
            return _refusal_of_recipient(code, reply, text)
        case smtplib.SMTPDataError() if error.smtp_code >= 500:
            return _refusal_of_message(error.smtp_error, text)
        case smtplib.SMTPResponseException() if error.smtp_code >= 500:
            return MessageRefused(text) if _is_too_large(error) else StoreRefused(text)
        case smtplib.SMTPResponseException() | smtplib.SMTPServerDisconnected() | ssl.SSLEOFError():
            return MailUnavailable(text)
        case smtplib.SMTPException() | ssl.SSLError():  # the server has no login or no encryption as wanted
            return StoreRefused(text)
    return MailUnavailable(text)


def _refusal_of_recipient(code: int, reply: bytes | str, text: str) -> Exception:
    if code == _CLOSING:
        return MailUnavailable(text)
    if code < 500:
        return RecipientDeferred(text)
    is_about_store = code in _NOT_LOGGED_IN or _enhanced_code(reply)[0] == _POLICY
    return StoreRefused(text) if is_about_store else RecipientRefused(text)


def _refusal_of_message(reply: bytes | str, text: str) -> Exception:
    subject, detail = _enhanced_code(reply)
    if subject in {_ADDRESS, _MAILBOX}:
        return RecipientRefused(text)
    if subject in {None, _CONTENT} or (subject, detail) == _TOO_LARGE:
        return MessageRefused(text)
    return StoreRefused(text)


def _is_too_large(error: smtplib.SMTPResponseException) -> bool:
    # A server that names its limit is told the size together with the sender (RFC 1870, 6.1).
    return error.smtp_code == _SIZE and _enhanced_code(error.smtp_error) in {_TOO_LARGE, (None, None)}


def _enhanced_code(reply: bytes | str) -> tuple[int | None, int | None]:
    """Return subject and detail of the reply's enhanced status code, which not every server gives."""
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    found = _ENHANCED_CODE.match(text)
    return (int(found[1]), int(found[2])) if found else (None, None)


def _without_addresses(text: str) -> str:
    # What a server says is kept, and shown to staff, longer than the address may be.
    return _ADDRESS_IN_TEXT.sub("…", text)


def _address(text: str, name: str = "") -> Address:
    """Return the address that the text holds, its domain in ASCII, with the name when it holds none."""
    given, spec = parseaddr(_one_line(text))  # newer releases of Python take no other
    local_part, _at, domain = spec.rpartition("@")
    return Address(given or _one_line(name), local_part, idna.encode(domain, uts46=True).decode())


def _one_line(text: str) -> str:
    return _CONTROL_CHARACTERS.sub(" ", text).strip()


class MailFolderBackend(BaseEmailBackend):
    """Put each message into a file of `EMAIL_FILE_PATH` that is named after its Message-ID."""

    def __init__(self, file_path: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many they were."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for email in email_messages:
            message = email.message()
            name = re.sub(r"[^A-Za-z0-9.@_-]", "", str(message["Message-ID"]))
            self._write(name, message.as_bytes())
        return len(email_messages)

    def _write(self, name: str, content: bytes) -> None:
        descriptor, draft = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(
            self.folder / f"{name}.eml"
        )  # whole or not at all, and the same message only once
