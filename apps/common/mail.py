"""Composing e-mails, handing them over, and the backend of a start without a mail server."""

import os
import re
import smtplib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailUnavailable(Exception):
    """The mail server could not take the message now: a later attempt may succeed."""


def compose(*, subject: str, body: str, recipient: str, message_id: UUID) -> EmailMessage:
    """Return a message of the store."""
    sender = settings.DEFAULT_FROM_EMAIL
    domain = sender.rpartition("@")[2].rstrip(">")
    # The same id at every attempt, so that a copy sent after a crash can be told from a second message.
    headers = {"Message-ID": f"<{message_id}@{domain}>"}
    return EmailMessage(f"{settings.STORE_NAME}: {subject}", body, sender, [recipient], headers=headers)


def send(message: EmailMessage) -> None:
    """Hand the message to the mail server.

    Raises MailUnavailable when it may be tried again, and what smtplib raises when it may not.
    """
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:  # RFC 5321, 4.2.1: 4yz is transient, 5yz permanent
            raise MailUnavailable(str(error)) from error
        raise
    except smtplib.SMTPRecipientsRefused as error:
        if all(code < 500 for code, _text in error.recipients.values()):
            raise MailUnavailable(str(error)) from error
        raise
    except smtplib.SMTPServerDisconnected as error:
        raise MailUnavailable(f"{type(error).__name__}: {error}") from error
    except smtplib.SMTPException:  # an OSError too, but one that cannot heal
        raise
    except OSError as error:
        raise MailUnavailable(f"{type(error).__name__}: {error}") from error


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
