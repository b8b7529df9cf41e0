"""Passwords: choosing, confirming, changing and resetting them."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.database.transactions import retried_atomic
from apps.jobs.services import enqueue
from apps.users.account_changes import store_account
from apps.users.email_tokens import owner_of_reset_token
from apps.users.jobs import RESET_EMAIL, mail_job
from apps.users.login_throttling import Caller, confirmation_attempt, remember_ip, reset_failures
from apps.users.models import User
from apps.users.revocation_events import Event

MAX_PASSWORD_LENGTH = 128  # characters; hashing takes time in proportion


def choose_password(user: User, password: str, *, field: str) -> None:
    """Set the password of the user, who is saved by the caller.

    Raises ValidationError, for the field, when it is weak.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.error_list}) from error
    user.set_password(password)


def confirm_password(user: User, password: str, *, field: str, caller: Caller) -> None:
    """Make sure that it is the user who asks. Nobody may guess here what they may not guess at the login.

    Raises ValidationError, for the field, when it is wrong, and TooManyAttempts when that happens too often.
    """
    attempt = confirmation_attempt(user, caller)
    if not user.check_password(password):
        raise _wrong(field)
    attempt.succeeded()


def locked_as_confirmed(user: User, *, field: str) -> User:
    """Return the user, locked, whose password was confirmed. A transaction is needed.

    Raises SessionRevoked when the account is gone meanwhile, and ValidationError, for the field, when it has
    another password.
    """
    found = User.objects.lock_active(user.pk)
    if found.password != user.password:
        raise _wrong(field)
    return found


def change_password(user: User, *, old_password: str, new_password: str, caller: Caller) -> None:
    """Set a new password, and end all sessions but the one in which this is done.

    Raises ValidationError, by field, when the old one is wrong or the new one weak; TooManyAttempts.
    """
    confirm_password(user, old_password, field="old_password", caller=caller)
    _change_password(user, new_password, caller)


def request_password_reset(*, email: str, language: str, staff_only: bool = False) -> None:
    """E-mail a token to the user with this address; an address that nobody has costs the same work."""
    users = User.objects.with_email(email)
    if staff_only:
        users = users.filter(is_staff=True)
    user_id = users.values_list("pk", flat=True).first()
    with transaction.atomic():
        enqueue(mail_job(RESET_EMAIL, user_id, language))


@retried_atomic
def reset_password(*, token: str, new_password: str, throttle_key: str) -> None:
    """Set a new password by the token of an e-mail, and end all sessions and all waiting for failed logins.

    Who has it reads the mailbox, so the address is confirmed by that, too. Raises InvalidEmailToken, and
    ValidationError when the password is weak: the token stays good then.
    """
    user = owner_of_reset_token(token)
    choose_password(user, new_password, field="new_password")
    user.email_verified_at = user.email_verified_at or timezone.now()
    store_account(user, events=[Event.PASSWORD_RESET], update_fields=["password", "email_verified_at"])
    reset_failures(user)
    remember_ip(user, throttle_key)  # else strangers lock the owner out again before the login


@retried_atomic
def _change_password(user: User, new_password: str, caller: Caller) -> None:
    user = locked_as_confirmed(user, field="old_password")
    choose_password(user, new_password, field="new_password")
    store_account(user, kept_session_id=caller.session_id, update_fields=["password"])
    remember_ip(user, caller.throttle_key)


def _wrong(field: str) -> ValidationError:
    return ValidationError({field: ValidationError(_("The password is incorrect."), code="wrong_password")})
