"""The calls that open an account and a session."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.addresses import counted_address
from apps.common.schema import ProblemOutput
from apps.common.views import StoreView
from apps.users import services
from apps.users.api.serializers import LoginInput, RefreshInput, RegisterInput, TokenPairOutput, UserOutput

REFUSED = {(401, "application/problem+json"): ProblemOutput}


class OpenView(StoreView):
    """A call that needs no token, and does not look at one."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class RegisterView(OpenView):
    """Open an account."""

    budget = "register"

    @extend_schema(
        operation_id="register", summary="Open an account", request=RegisterInput, responses={201: UserOutput}
    )
    def post(self, request: Request) -> Response:
        """Open an account. Username and e-mail address are unique whatever their case."""
        wanted = RegisterInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = services.register_user(**wanted.validated_data)
        return Response(UserOutput(user).data, status=status.HTTP_201_CREATED)


class LoginView(OpenView):
    """Get the first pair of tokens."""

    @extend_schema(
        operation_id="logIn",
        summary="Log in",
        request=LoginInput,
        responses={200: TokenPairOutput, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Exchange a username, or an e-mail address, and the password for a pair of tokens."""
        wanted = LoginInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(services.log_in(**wanted.validated_data, address=counted_address(request)))


class RefreshView(OpenView):
    """Get the next pair of tokens."""

    @extend_schema(
        operation_id="refreshTokens",
        summary="Refresh the tokens",
        request=RefreshInput,
        responses={200: TokenPairOutput, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair."""
        wanted = RefreshInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(services.refresh_tokens(**wanted.validated_data))
