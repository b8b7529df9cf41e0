"""Who calls: the bearer of an access token."""

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework_simplejwt.authentication import JWTAuthentication

from apps.users.models import User
from apps.users.tokens import StoreAccessToken


class BearerAuthentication(JWTAuthentication):
    """SimpleJWT's, with the user whom the token has found by its session: one query for both."""

    def get_user(self, validated_token: StoreAccessToken) -> User:
        """Return the token's user, who is active."""
        return validated_token.user


class BearerScheme(SimpleJWTScheme):
    """The same for the schema."""

    target_class = "apps.users.api.authentication.BearerAuthentication"
