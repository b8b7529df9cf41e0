"""Registering, logging in, refreshing tokens, logging out."""

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.client_ip import client_address, throttle_key
from apps.core.api.openapi.annotations import raises
from apps.core.api.viewsets import StoreView
from apps.core.exceptions import InvalidToken
from apps.users import services, sessions
from apps.users.api.authentication import session_of
from apps.users.api.serializers import LoginInput, RefreshInput, RegisterInput, TokenPairOutput, UserOutput
from apps.users.exceptions import InvalidCredentials, SessionRevoked, TokenExpired, TooManyAttempts


class OpenView(StoreView):
    """A call that needs no token, and does not look at one."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegisterView(OpenView):
    """Open an account."""

    rate_limit = "register"

    @extend_schema(
        operation_id="register",
        summary="Create an account",
        request=RegisterInput,
        responses={201: UserOutput},
    )
    def post(self, request: Request) -> Response:
        """Create an account. The username and e-mail address must be unique, ignoring case and look-alikes.

        A username containing @ must be the account's own e-mail address. `staff`, `system`, `guest`, names
        starting with `deleted-`, and look-alikes of these are reserved. A word cannot mix Latin letters with
        Cyrillic or Greek ones. The address is stored in the form mail is sent to, with an IDNA domain. A
        token to confirm it is sent by e-mail.
        """
        wanted = RegisterInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = services.register_user(**wanted.validated_data, language=get_language())
        return Response(UserOutput(user).data, status=status.HTTP_201_CREATED)


class LoginView(OpenView):
    """Get the first pair of tokens."""

    @extend_schema(
        operation_id="logIn",
        summary="Log in",
        request=LoginInput,
        responses={200: TokenPairOutput},
    )
    @raises(InvalidCredentials, TooManyAttempts)
    def post(self, request: Request) -> Response:
        """Start a session: exchange a username or e-mail address and the password for a pair of tokens."""
        wanted = LoginInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        device = wanted.validated_data.pop("device_name", "") or request.headers.get("User-Agent", "")
        tokens = sessions.log_in(
            **wanted.validated_data,
            device=device,
            ip=client_address(request),
            throttle_key=throttle_key(request),
        )
        return Response(tokens)


class RefreshView(OpenView):
    """Get the next pair of tokens."""

    @extend_schema(
        operation_id="refreshTokens",
        summary="Refresh the tokens",
        request=RefreshInput,
        responses={200: TokenPairOutput},
    )
    @raises(InvalidToken, TokenExpired, SessionRevoked)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair. Each refresh token works once.

        If the response was lost, send the same token again within 30 seconds to get the same pair. Later
        reuse is treated as theft: the session ends (`session_revoked`) and its owner gets an e-mail. After
        `token_expired` or `session_revoked`, log in again.
        """
        wanted = RefreshInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        pair = sessions.refresh_tokens(
            **wanted.validated_data, ip=client_address(request), language=get_language()
        )
        return Response(pair)


class LogoutView(StoreView):
    """End the session of the request."""

    body_methods = frozenset()
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="logOut", summary="Log out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the current session. Its tokens stop working immediately."""
        sessions.log_out(session_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
