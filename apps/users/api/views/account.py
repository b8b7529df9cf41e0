"""The caller's own account: name, password, e-mail address, and closing it."""

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import no_store
from apps.core.api.client_ip import throttle_key
from apps.core.api.openapi.annotations import raises
from apps.core.api.viewsets import StoreView
from apps.users import email_verification, passwords, services
from apps.users.api.authentication import session_of
from apps.users.api.serializers import (
    ChangeEmailInput,
    ChangePasswordInput,
    EmailInput,
    MailedTokenInput,
    NamesInput,
    OwnAccountOutput,
    OwnPasswordInput,
    RemainderOutput,
    ResetPasswordInput,
)
from apps.users.api.views.auth import OpenView
from apps.users.current_user import current_user
from apps.users.exceptions import InvalidEmailToken, StaffAccount, TooManyAttempts
from apps.users.login_throttling import Caller


class OwnView(StoreView):
    """A call about the caller's own account."""

    permission_classes = (IsAuthenticated,)

    def caller(self, request: Request) -> Caller:
        """Return the session and the client of the request."""
        return Caller(session_of(request), throttle_key(request))


class OwnAccountView(OwnView):
    """The caller's account."""

    body_methods = StoreView.body_methods | {"DELETE"}

    @extend_schema(operation_id="getOwnAccount", summary="Get your account", responses=OwnAccountOutput)
    @no_store
    def get(self, request: Request) -> Response:
        """Get the caller's account."""
        return Response(OwnAccountOutput(current_user(request)).data)

    @extend_schema(
        operation_id="changeOwnAccount",
        summary="Change your name",
        request=NamesInput(partial=True),
        responses=OwnAccountOutput,
    )
    @no_store
    def patch(self, request: Request) -> Response:
        """Change the first name, the last name, or both."""
        wanted = NamesInput(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        services.rename(current_user(request), **wanted.validated_data)
        return Response(OwnAccountOutput(current_user(request)).data)

    @extend_schema(
        operation_id="closeOwnAccount",
        summary="Erase your account",
        request=OwnPasswordInput,
        responses={200: RemainderOutput, 204: None},
    )
    @raises(StaffAccount, TooManyAttempts)
    def delete(self, request: Request) -> Response:
        """Erase the account. The body is `{"password": "…"}`.

        The name, e-mail address, password and sessions are erased; orders are kept without them. Staff
        accounts can only be closed by other staff (403 `staff_account`).

        200 tells what has to stay for now: orders that are not delivered yet keep their address, phone and
        notes until they are delivered or cancelled, and are erased then. Otherwise it is 204.
        """
        wanted = OwnPasswordInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        remainder = services.close_account(
            current_user(request), **wanted.validated_data, caller=self.caller(request)
        )
        if remainder:
            return Response(RemainderOutput(remainder).data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangePasswordView(OwnView):
    """Change the password."""

    @extend_schema(
        operation_id="changePassword",
        summary="Change your password",
        request=ChangePasswordInput,
        responses={204: None},
    )
    @raises(TooManyAttempts)
    def post(self, request: Request) -> Response:
        """Change the password. This ends other sessions and revokes tokens sent by e-mail."""
        wanted = ChangePasswordInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        passwords.change_password(current_user(request), **wanted.validated_data, caller=self.caller(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RequestPasswordResetView(OpenView):
    """Ask for a token that sets a new password."""

    rate_limit = "password_reset"

    @extend_schema(
        operation_id="askForPasswordReset",
        summary="Request a password reset",
        request=EmailInput,
        responses={202: None},
    )
    def post(self, request: Request) -> Response:
        """Send a token to the address. The response is the same whether or not an account has it."""
        wanted = EmailInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        passwords.request_password_reset(**wanted.validated_data, language=get_language())
        return Response(status=status.HTTP_202_ACCEPTED)


class ResetPasswordView(OpenView):
    """Set a new password with the token from an e-mail."""

    @extend_schema(
        operation_id="resetPassword",
        summary="Set a new password",
        request=ResetPasswordInput,
        responses={204: None},
    )
    @raises(InvalidEmailToken)
    def post(self, request: Request) -> Response:
        """Set a new password. The token works once, within an hour; all sessions and other tokens end.

        This also confirms the e-mail address the token was sent to.
        """
        wanted = ResetPasswordInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        passwords.reset_password(**wanted.validated_data, throttle_key=throttle_key(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerifyEmailView(OpenView):
    """Confirm an e-mail address."""

    @extend_schema(
        operation_id="verifyEmail",
        summary="Confirm an e-mail address",
        request=MailedTokenInput,
        responses={204: None},
    )
    @raises(InvalidEmailToken)
    def post(self, request: Request) -> Response:
        """Confirm the address the token was sent to. A new address replaces the old one at this point."""
        wanted = MailedTokenInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        email_verification.verify_email(**wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResendVerificationView(OwnView):
    """Ask for another token that confirms the address."""

    body_methods = frozenset()
    rate_limit = "password_reset"

    @extend_schema(
        operation_id="resendVerification",
        summary="Resend the confirmation e-mail",
        request=None,
        responses={202: None},
    )
    def post(self, request: Request) -> Response:
        """Send another token to the caller's address. Nothing is sent if it is already confirmed."""
        email_verification.resend_verification(user=current_user(request), language=get_language())
        return Response(status=status.HTTP_202_ACCEPTED)


class ChangeEmailView(OwnView):
    """Ask for another e-mail address."""

    rate_limit = "password_reset"

    @extend_schema(
        operation_id="changeEmail",
        summary="Change your e-mail address",
        request=ChangeEmailInput,
        responses={202: None},
    )
    @raises(TooManyAttempts)
    def post(self, request: Request) -> Response:
        """Send a token to the new address, which takes effect once it is confirmed.

        The old address is notified.
        """
        wanted = ChangeEmailInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        email_verification.request_email_change(
            current_user(request),
            **wanted.validated_data,
            language=get_language(),
            caller=self.caller(request),
        )
        return Response(status=status.HTTP_202_ACCEPTED)
