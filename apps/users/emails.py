"""E-mails about an account, rendered in the present language.

What goes to an address that its owner has not confirmed carries no text that the account has chosen.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.mail import compose
from apps.users import email_tokens
from apps.users.email_tokens import EmailToken
from apps.users.models import User


@dataclass(frozen=True)
class EmailKind:
    """A kind of e-mail; one that carries a token can lead to a page of the shop's app, or of the admin.

    `anybody_may_ask` for it who knows the address, without an account.
    """

    name: str
    subject: str | Promise
    token: EmailToken | None = None
    page: str = ""
    staff_page: str = ""  # name of the page of the admin that takes it from staff
    anybody_may_ask: bool = False


REUSE = EmailKind("session_reuse", _("You have been logged out on one device"))
RESET = EmailKind(
    "password_reset",
    _("Set a new password"),
    email_tokens.RESET,
    "/password-reset",
    "admin:password_reset_confirm",
    anybody_may_ask=True,
)
VERIFICATION = EmailKind(
    "verification", _("Confirm your e-mail address"), email_tokens.VERIFICATION, "/verify-email"
)
ADDRESS_CHANGE = EmailKind(
    "address_change", _("Confirm your new e-mail address"), email_tokens.VERIFICATION, "/verify-email"
)
ADDRESS_NOTICE = EmailKind("address_notice", _("Your e-mail address is about to change"))


_LIKE_A_LINK = re.compile(r"[./:@\\\n\r]")


def name_in_greeting(user: User, recipient: str) -> str:
    """Return what the user is called in an e-mail to the recipient; empty unless they have confirmed it."""
    name = user.first_name.strip()
    return name if user.has_confirmed(recipient) and not _LIKE_A_LINK.search(name) else ""


def render(
    kind: EmailKind, user: User, *, recipient: str, message_id: UUID, context: dict[str, str]
) -> EmailMessage:
    """Return the message to the user at this address, in the present language.

    A token in it is for this mailbox, and proves that it is read. The context, of texts that the account has
    chosen, is left out where its owner may not be who reads.
    """
    token = kind.token.issue(recipient, user) if kind.token else ""
    context = {
        **(context if user.has_confirmed(recipient) else {}),
        "name": name_in_greeting(user, recipient),
        "token": token,
        "link": _link(kind, token),
        "staff_page": _staff_page(kind, user),
        "store_name": settings.STORE_NAME,
        "store_url": settings.STORE_URL,
    }
    return compose(
        subject=str(kind.subject),
        body=render_to_string(f"users/email/{kind.name}.txt", context),
        recipient=recipient,
        message_id=message_id,
    )


def _link(kind: EmailKind, token: str) -> str:
    if not (settings.STORE_APP_URL and kind.page):
        return ""
    return f"{settings.STORE_APP_URL}{kind.page}?{urlencode({'token': token}, safe=':')}"


def _staff_page(kind: EmailKind, user: User) -> str:
    if not (user.is_staff and kind.staff_page):
        return ""
    return f"{settings.STORE_URL}{reverse(kind.staff_page)}"
