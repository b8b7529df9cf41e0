"""E-mail verification: confirming an address, and changing it for another one."""

import uuid

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.database.transactions import retried_atomic
from apps.core.mail_limits import consume_account_limit, refuse_full_mailbox
from apps.core.normalization import EMAIL
from apps.jobs.services import enqueue
from apps.users.email_tokens import owner_of_verification_token
from apps.users.exceptions import InvalidEmailToken
from apps.users.jobs import ADDRESS_CHANGE_EMAIL, ADDRESS_NOTICE, VERIFICATION_EMAIL, mail_job
from apps.users.login_throttling import Caller
from apps.users.models import User
from apps.users.passwords import confirm_password, locked_as_confirmed
from apps.users.usernames import is_address


def fault_of_taken_email(email: str) -> ValidationError | None:
    """Return what is wrong with an address that a user has already."""
    if not User.objects.with_email(email).exists():
        return None
    return ValidationError(_("A user with that e-mail address already exists."), code="email_taken")


def refuse_taken_email(email: str, *, field: str) -> None:
    """Raise ValidationError, for the field, when a user has this address."""
    if fault := fault_of_taken_email(email):
        raise ValidationError({field: fault})


@transaction.atomic
def request_verification(*, user: User, language: str) -> None:
    """E-mail a token to the user's address, unless it is confirmed."""
    if user.email_verified_at is None:
        enqueue(mail_job(VERIFICATION_EMAIL, user.pk, language))


def resend_verification(*, user: User, language: str) -> None:
    """E-mail another token to the user's address, unless it is confirmed. Raises TooManyRequests."""
    if user.email_verified_at is None:
        refuse_full_mailbox(user.email)
        consume_account_limit(user.pk)
        request_verification(user=user, language=language)


def request_email_change(user: User, *, password: str, new_email: str, language: str, caller: Caller) -> None:
    """E-mail a token to the new address, which is the user's once it is confirmed; notify the old one.

    Raises ValidationError, by field, when the password is wrong, the address taken or the present one;
    TooManyAttempts, and TooManyRequests.
    """
    confirm_password(user, password, field="password", caller=caller)
    refuse_full_mailbox(new_email)
    consume_account_limit(user.pk)
    _request_email_change(user, new_email, language)


@retried_atomic
def verify_email(*, token: str) -> None:
    """Confirm the address that the token was sent to: the present one, or the latest requested one.

    Raises InvalidEmailToken, and ValidationError when somebody else has the new address by now.
    """
    user, email = owner_of_verification_token(token)
    if email == user.new_email:
        refuse_taken_email(email, field="token")
        user.username = _username_at(email, user)
        user.email, user.new_email = email, ""
    elif user.email_verified_at:
        raise InvalidEmailToken
    user.email_verified_at = timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["username", "email", "new_email", "email_verified_at"])
    except IntegrityError:  # somebody was faster than the check
        refuse_taken_email(email, field="token")
        raise


@retried_atomic
def _request_email_change(user: User, new_email: str, language: str) -> None:
    user = locked_as_confirmed(user, field="password")
    if user.email and EMAIL.key(new_email) == user.email_key:
        own = ValidationError(_("This is already your e-mail address."), code="email_unchanged")
        raise ValidationError({"new_email": own})
    user.new_email = User.objects.normalize_email(new_email)
    refuse_taken_email(user.new_email, field="new_email")
    user.save(update_fields=["new_email"])
    enqueue(mail_job(ADDRESS_CHANGE_EMAIL, user.pk, language))
    if user.email:
        enqueue(mail_job(ADDRESS_NOTICE, user.pk, language, email=user.email))


def _username_at(email: str, user: User) -> str:
    """Return the username of whoever moves to this address. It moves along, if it is the former one.

    That mailbox may be somebody else's by now, or soon, and nobody may be called by a foreign address.
    """
    if not is_address(user.username, user.email):
        return user.username
    try:
        username: str = User._meta.get_field("username").clean(email, None)
    except ValidationError:  # it has characters that no username may have, or too many
        username = ""
    if username and not User.objects.named(username).exists():
        return username
    return f"user-{uuid.uuid4().hex[:12]}"
