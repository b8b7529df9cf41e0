"""Serializers of accounts and sessions."""

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

from apps.core.api.fields import MailboxField, NameField, StrictCharField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.users.api import examples
from apps.users.email_tokens import MAX_TOKEN_LENGTH
from apps.users.models import MAX_DEVICE_LENGTH, Session, User
from apps.users.passwords import MAX_PASSWORD_LENGTH


class PasswordField(StrictCharField):
    """A password, as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_length": MAX_PASSWORD_LENGTH, "trim_whitespace": False, "write_only": True, **kwargs}
        super().__init__(**kwargs)


class NewPasswordField(PasswordField):
    """A password to be chosen, which has to please Django's validators."""

    described_as = {"minLength": MinimumLengthValidator().min_length}


@shown_as(examples.ACCOUNT)
class RegisterInput(InputSerializer):
    """A new account."""

    username = StrictCharField(max_length=150, validators=[UnicodeUsernameValidator()])
    email = MailboxField()
    password = NewPasswordField()


@shown_as(examples.REMAINDER)
class RemainderOutput(serializers.Serializer[Any]):
    """What still tells of a person whose account is closed."""

    open_orders = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Orders that keep their address and notes until they are delivered or cancelled",
    )
    documents = serializers.IntegerField(help_text="Issued documents, which the law wants kept")


@shown_as(examples.LOGIN)
class LoginInput(InputSerializer):
    """A username or e-mail address, and the password."""

    username = StrictCharField(max_length=254)
    password = PasswordField()
    device_name = StrictCharField(
        max_length=MAX_DEVICE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Name shown in the list of sessions; the User-Agent if omitted",
    )


@shown_as(examples.REFRESH)
class RefreshInput(InputSerializer):
    """The refresh token of the latest pair."""

    refresh = StrictCharField(max_length=4096)


@shown_as(examples.USER)
class UserOutput(OutputSerializer[User]):
    """An account."""

    class Meta:
        model = User
        fields = ("id", "username", "email")
        extra_kwargs = {"username": {"help_text": "Unique, ignoring case"}}


@shown_as(examples.OWN_ACCOUNT)
class OwnAccountOutput(OutputSerializer[User]):
    """The caller's account."""

    email_verified = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "email", "email_verified", "first_name", "last_name", "date_joined")
        extra_kwargs = {"username": {"help_text": "Unique, ignoring case"}}

    def get_email_verified(self, user: User) -> bool:
        """Whether the e-mail address is confirmed."""
        return user.email_verified_at is not None


@shown_as(examples.NAMES)
class NamesInput(InputSerializer):
    """The caller's first and last name."""

    first_name = NameField(max_length=150, allow_blank=True)
    last_name = NameField(max_length=150, allow_blank=True)


@shown_as(examples.OWN_PASSWORD)
class OwnPasswordInput(InputSerializer):
    """The caller's password."""

    password = PasswordField()


@shown_as(examples.PASSWORD_CHANGE)
class ChangePasswordInput(InputSerializer):
    """The current password and the new one."""

    old_password = PasswordField()
    new_password = NewPasswordField()


@shown_as(examples.ADDRESS)
class EmailInput(InputSerializer):
    """An e-mail address."""

    email = MailboxField()


@shown_as(examples.MAILED_TOKEN)
class MailedTokenInput(InputSerializer):
    """The token from an e-mail."""

    token = StrictCharField(max_length=MAX_TOKEN_LENGTH)


@shown_as(examples.PASSWORD_RESET)
class ResetPasswordInput(MailedTokenInput):
    """The token from an e-mail and the new password."""

    new_password = NewPasswordField()


@shown_as(examples.ADDRESS_CHANGE)
class ChangeEmailInput(OwnPasswordInput):
    """The caller's password and the new e-mail address."""

    new_email = MailboxField()


@shown_as(examples.TOKEN_PAIR)
class TokenPairOutput(serializers.Serializer[Any]):
    """An access token, valid for ten minutes, and the refresh token for the next pair."""

    access = serializers.CharField()
    refresh = serializers.CharField()


@shown_as(examples.SESSION)
class SessionOutput(OutputSerializer[Session]):
    """A login on one device."""

    is_current = serializers.BooleanField(help_text="Whether this request belongs to the session")

    class Meta:
        model = Session
        fields = ("id", "device", "ip", "created_at", "last_used_at", "is_current")
