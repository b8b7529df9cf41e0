"""The calls that open an account and a session, keep sessions going and end them."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.client_ip import client_address, throttle_key
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.viewsets import StoreView, StoreViewSet
from apps.core.exceptions import InvalidToken
from apps.users import services, sessions
from apps.users.api.serializers import (
    LoginInput,
    RefreshInput,
    RegisterInput,
    SessionOutput,
    TokenPairOutput,
    UserOutput,
)
from apps.users.exceptions import InvalidCredentials, SessionRevoked, TokenExpired, TooManyAttempts
from apps.users.models import Session


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
        sessions.log_out(request.auth.session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(StoreView):
    """End all sessions of the caller."""

    body_methods = frozenset()
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="logOutEverywhere", summary="Log out everywhere", request=None, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """End all sessions of the caller, including this one, and revoke the tokens sent by e-mail."""
        sessions.log_out_everywhere(request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(
        operation_id="listSessions", summary="List your sessions", responses=SessionOutput(many=True)
    ),
    destroy=extend_schema(operation_id="endSession", summary="End a session", responses={204: None}),
)
class SessionViewSet(StoreViewSet):
    """The sessions of the caller."""

    queryset = Session.objects.none()  # tells the schema the model; get_queryset does the work
    permission_classes = (IsAuthenticated,)
    serializer_class = SessionOutput

    def get_queryset(self) -> QuerySet[Session]:
        """Return the caller's live sessions."""
        is_current = ExpressionWrapper(Q(pk=self.request.auth.session_id), output_field=BooleanField())
        return self.request.user.sessions.live().annotate(is_current=is_current)

    @sends("Cache-Control")
    def list(self, request: Request) -> Response:
        """List the devices the caller is logged in on, most recently used first.

        `last_used_at` and `ip` are from the last refresh.
        """
        rows: Any = SessionOutput(self.paginate_queryset(self.get_queryset()), many=True)
        response = self.get_paginated_response(rows.data)
        response["Cache-Control"] = "no-store"
        return response

    def destroy(self, request: Request, pk: UUID) -> Response:
        """End a session. Other users' sessions and ended ones return 404."""
        sessions.end_session(request.user, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
