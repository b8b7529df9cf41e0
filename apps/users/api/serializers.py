"""How accounts look on the wire."""

from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from rest_framework import serializers

from apps.common.fields import StrictCharField
from apps.users.models import User

MAX_PASSWORD_LENGTH = 128  # characters; hashing takes time in proportion


class RegisterInput(serializers.Serializer[Any]):
    """A new account."""

    username = StrictCharField(max_length=150, validators=[UnicodeUsernameValidator()])
    email = serializers.EmailField(max_length=254)
    password = StrictCharField(max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True)


class LoginInput(serializers.Serializer[Any]):
    """A username, or the e-mail address, and the password."""

    username = StrictCharField(max_length=254)
    password = StrictCharField(max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True)


class RefreshInput(serializers.Serializer[Any]):
    """The refresh token of the last pair."""

    refresh = StrictCharField(max_length=4096)


class UserOutput(serializers.ModelSerializer[User]):
    """An account."""

    class Meta:
        model = User
        fields = ("id", "username", "email")


class TokenPairOutput(serializers.Serializer[Any]):
    """An access token, good for ten minutes, and the refresh token that gets the next pair."""

    access = serializers.CharField()
    refresh = serializers.CharField()
