"""E-mails about an account, in the language of the request that caused them."""

from collections.abc import Callable
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
from apps.users.mailed_tokens import address_token, reset_token
from apps.users.models import User


@dataclass(frozen=True)
class Letter:
    """A kind of e-mail; one that carries a token can lead to a page of the shop's app that takes it."""

    name: str
    subject: str | Promise
    token: Callable[[User], str] | None = None
    page: str = ""


REUSE = Letter("session_reuse", _("A session of yours was ended"))
RESET = Letter("password_reset", _("New password"), reset_token, "/password-reset")
VERIFICATION = Letter(
    "verification",
    _("Confirm your e-mail address"),
    lambda user: address_token(user, user.email),
    "/verify-email",
)
ADDRESS_CHANGE = Letter(
    "address_change",
    _("Confirm your new e-mail address"),
    lambda user: address_token(user, user.new_email),
    "/verify-email",
)
ADDRESS_NOTICE = Letter("address_notice", _("Another e-mail address was asked for"))


def written(
    letter: Letter, user: User, *, recipient: str, message_id: UUID, context: dict[str, Any]
) -> EmailMessage:
    """Return the message to the user, in the present language."""
    token = letter.token(user) if letter.token else ""
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
