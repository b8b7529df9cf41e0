"""The e-mails about an account, in the language of the request that caused them: one handler for each kind.

Any may run twice.
"""

import uuid

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.core.mail_limits import OF_MAILBOX
from apps.jobs.email_delivery import BY_MAIL, deliver
from apps.jobs.models import Job
from apps.jobs.registry import handler
from apps.jobs.services import JobSpec
from apps.jobs.subjects import SubjectKind, register_subjects
from apps.users import emails
from apps.users.models import Session, User

REUSE_EMAIL = "session_reuse_email"
RESET_EMAIL = "password_reset_email"
VERIFICATION_EMAIL = "email_verification"
ADDRESS_CHANGE_EMAIL = "email_change"
ADDRESS_NOTICE = "email_change_notice"
ACCOUNTS = SubjectKind(_("Account #%(number)s"), "admin:users_user_change", "users.view_user")
register_subjects("user:", ACCOUNTS)
WITH_TOKEN = (RESET_EMAIL, VERIFICATION_EMAIL, ADDRESS_CHANGE_EMAIL)


def subject_of(user_id: int | None) -> str:
    """Return what the jobs about an account are found by."""
    return f"user:{user_id}"


def mail_job(kind: str, user_id: int | None, language: str, **arguments: str) -> JobSpec:
    """Return the job of an e-mail to the user in the language. Its token is made when it is sent."""
    return JobSpec(
        kind,
        key=f"{kind}:{uuid.uuid4()}",
        subject=subject_of(user_id),
        arguments={"user_id": user_id, "language": language, **arguments},
    )


@handler(REUSE_EMAIL, label=_("Security e-mail"), **BY_MAIL)
def send_reuse_email(job: Job, *, user_id: int, language: str, session_id: str) -> None:
    """Tell the owner that a session was ended, because a token of it was used again."""
    session = Session.objects.filter(pk=session_id).first()
    _send(job, emails.REUSE, user_id, language, device=session.device if session else "")


@handler(RESET_EMAIL, label=_("E-mail for a new password"), **BY_MAIL)
def send_reset_email(job: Job, *, user_id: int | None, language: str) -> None:
    """Send the token that sets a new password. Without a user there is nothing to do."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    if user is not None and user.has_usable_password():
        _send(job, emails.RESET, user.pk, language)


@handler(VERIFICATION_EMAIL, label=_("E-mail to confirm an address"), **BY_MAIL)
def send_verification_email(job: Job, *, user_id: int, language: str) -> None:
    """Send the token that confirms the user's address, unless it is confirmed by now."""
    if User.objects.filter(pk=user_id, email_verified_at=None).exists():
        _send(job, emails.VERIFICATION, user_id, language)


@handler(ADDRESS_CHANGE_EMAIL, label=_("E-mail to a new address"), **BY_MAIL)
def send_address_change_email(job: Job, *, user_id: int, language: str) -> None:
    """Send the token that confirms the new address to it, unless the change was made or dropped meanwhile."""
    if new_email := User.objects.filter(pk=user_id).values_list("new_email", flat=True).first():
        _send(job, emails.ADDRESS_CHANGE, user_id, language, recipient=new_email)


@handler(ADDRESS_NOTICE, label=_("E-mail to the previous address"), **BY_MAIL)
def send_address_notice(job: Job, *, user_id: int, language: str, email: str) -> None:
    """Tell the old address, which may not be the user's any more, that a new one was requested."""
    _send(job, emails.ADDRESS_NOTICE, user_id, language, recipient=email)


def _send(
    job: Job, kind: emails.EmailKind, user_id: int, language: str, *, recipient: str = "", **context: str
) -> None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not (recipient := recipient or user.email):
        return
    with translation.override(language):
        message = emails.render(kind, user, recipient=recipient, message_id=job.uuid, context=context)
    is_expected = user.has_confirmed(recipient) and not kind.anybody_may_ask
    deliver(job, message, rate_limit=None if is_expected else OF_MAILBOX)
