"""Accounts: registering, renaming, closing and deleting them."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Action
from apps.audit.services import record
from apps.core.database.row_changes import changed_columns, columns_of
from apps.core.database.transactions import retried_atomic
from apps.core.mail_limits import refuse_full_mailbox
from apps.users.email_verification import fault_of_taken_email, request_verification
from apps.users.erasure import Remainder, erase, erase_related, lock_rows_before
from apps.users.exceptions import StaffAccount
from apps.users.login_throttling import Caller
from apps.users.models import User
from apps.users.passwords import choose_password, confirm_password, locked_as_confirmed


def register_user(*, username: str, email: str, password: str, language: str) -> User:
    """Open an account, and have its address confirmed by an e-mail.

    Raises ValidationError, by field, for a name or an address that is taken, or may not be, and for a weak
    password; TooManyRequests when the mailbox has had too many e-mails that anybody can ask for.
    """
    user = User(username=User.normalize_username(username), email=User.objects.normalize_email(email))
    # A name can grow, or become another one, as it is normalised.
    user.full_clean(exclude=["password"], validate_unique=False, validate_constraints=False)
    _refuse_taken(user)
    refuse_full_mailbox(user.email)
    choose_password(user, password, field="password")
    try:
        with transaction.atomic():
            user.save()
            request_verification(user=user, language=language)
    except IntegrityError:  # somebody was faster than the check
        _refuse_taken(user)
        raise
    return user


def rename(user: User, **names: str) -> User:
    """Store the user's first and last name, or one of them."""
    before = columns_of(user)
    for field, name in names.items():
        setattr(user, field, name)
    if changed := changed_columns(user, before):
        user.save(update_fields=changed)
    return user


def close_account(user: User, *, password: str, caller: Caller) -> Remainder:
    """Erase the user's personal data. The orders stay, without it; return what has to keep it for now.

    Raises StaffAccount, and ValidationError when the password is wrong; TooManyAttempts.
    """
    confirm_password(user, password, field="password", caller=caller)
    return _close_account(user)


@retried_atomic
def delete_account(user: User) -> None:
    """Delete an account that has done nothing yet; the audit trail keeps that it was, without the values.

    Raises ProtectedError.
    """
    lock_rows_before(user)
    # Whoever logs in at the same moment has the row locked: that session is found, or there is none.
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None:
        return  # somebody else was faster
    erase_related(locked)
    record(Action.DELETED, locked)
    locked.delete()  # not `user`, which would lose its id: a repeated transaction would not find it


@retried_atomic
def _close_account(user: User) -> Remainder:
    lock_rows_before(user)
    user = locked_as_confirmed(user, field="password")
    if user.is_staff:
        raise StaffAccount
    return erase(user)


def _refuse_taken(user: User) -> None:
    taken = {}
    if User.objects.named(user.username).exists():
        taken["username"] = ValidationError(
            _("A user with that username already exists."), code="username_taken"
        )
    if fault := fault_of_taken_email(user.email):
        taken["email"] = fault
    if taken:
        raise ValidationError(taken)
