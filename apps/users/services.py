"""What people do with their accounts."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings

from apps.users.exceptions import InvalidCredentials, InvalidToken
from apps.users.login_limits import login_attempt
from apps.users.models import User
from apps.users.tokens import StoreRefreshToken, pair_for


def register_user(*, username: str, email: str, password: str) -> User:
    """Open an account.

    Raises ValidationError, by field, for a name or an address that is taken, and for a weak password.
    """
    user = User(username=User.normalize_username(username), email=User.objects.normalize_email(email))
    user.clean_fields(exclude=["password"])  # a name can grow, or become another one, as it is normalised
    _refuse_taken(user)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.error_list}) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # somebody was faster than the check
        _refuse_taken(user)
        raise
    return user


def log_in(*, username: str, password: str, address: str) -> dict[str, str]:
    """Return a pair of tokens for the user with this name, or e-mail address, and password.

    Raises InvalidCredentials, in the same words and time whether the user is unknown, the password wrong or
    the account inactive; TooManyAttempts when too many logins by this name, or from this address, have
    failed.
    """
    with login_attempt(username=username, address=address):
        candidates = [*User.objects.named(username)[:1], *User.objects.with_email(username)[:1]]
        for user in candidates:
            if user.check_password(password) and user.is_active:
                return pair_for(user)
        if not candidates:
            make_password(password)  # as much work as checking one
        raise InvalidCredentials


def refresh_tokens(*, refresh: str) -> dict[str, str]:
    """Return a new pair of tokens for a refresh token.

    Raises InvalidToken when it is not one of ours, is expired, or its user is gone or inactive.
    """
    try:
        token = StoreRefreshToken(refresh)
    except TokenError as error:
        raise InvalidToken from error
    user = User.objects.filter(pk=token[api_settings.USER_ID_CLAIM], is_active=True).first()
    if user is None:
        raise InvalidToken
    return pair_for(user)


def _refuse_taken(user: User) -> None:
    taken = {}
    if User.objects.named(user.username).exists():
        taken["username"] = ValidationError(
            _("A user with that username already exists."), code="username_taken"
        )
    if User.objects.with_email(user.email).exists():
        taken["email"] = ValidationError(
            _("A user with that e-mail address already exists."), code="email_taken"
        )
    if taken:
        raise ValidationError(taken)
