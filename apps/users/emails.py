"""E-mails about an account."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.mail import compose
from apps.users import mailed_tokens
from apps.users.mailed_tokens import MailedToken
from apps.users.models import User


@dataclass(frozen=True)
class Letter:
    """A kind of e-mail; one that carries a token can lead to a page of the shop's app that takes it."""

    name: str
    subject: str | Promise
    token: MailedToken | None = None
    page: str = ""


REUSE = Letter("session_reuse", _("A session of yours was ended"))
RESET = Letter("password_reset", _("New password"), mailed_tokens.RESET, "/password-reset")
VERIFICATION = Letter(
    "verification", _("Confirm your e-mail address"), mailed_tokens.ADDRESS, "/verify-email"
)
ADDRESS_CHANGE = Letter(
    "address_change", _("Confirm your new e-mail address"), mailed_tokens.ADDRESS, "/verify-email"
)
ADDRESS_NOTICE = Letter("address_notice", _("Another e-mail address was asked for"))


def written(
    letter: Letter, user: User, *, recipient: str, message_id: UUID, context: dict[str, Any]
) -> EmailMessage:
    """Return the message to the user at this address, in the present language.

    A token in it is for this mailbox, and proves that it is read.
    """
    token = letter.token.sent_to(recipient, user) if letter.token else ""
    context = {
        **context,
        "user": user,
        "token": token,
        "link": _link(letter, token),
        "store_name": settings.STORE_NAME,
        "store_url": settings.STORE_URL,
    }
    return compose(
        subject=str(letter.subject),
        body=render_to_string(f"users/email/{letter.name}.txt", context),
        recipient=recipient,
        message_id=message_id,
    )


def _link(letter: Letter, token: str) -> str:
    if not (settings.STORE_APP_URL and letter.page):
        return ""
    return f"{settings.STORE_APP_URL}{letter.page}?{urlencode({'token': token}, safe=':')}"
