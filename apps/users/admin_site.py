"""The admin, where a password can be guessed no more often than through the API."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.views import PasswordChangeView
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from apps.core.admin.deletion import delete_unchanged
from apps.core.admin.model_admin import StoreAdmin
from apps.core.api.client_ip import throttle_key
from apps.core.normalization import MAX_ADDRESS_LENGTH
from apps.users.admin_password_reset import RequestResetPage, ResetPasswordPage
from apps.users.exceptions import TooManyAttempts
from apps.users.login_throttling import Caller, confirmation_attempt, login_attempt, remember_ip
from apps.users.models import User


class LimitedLoginForm(AdminAuthenticationForm):
    """Django's form, which counts what fails together with the logins of the API."""

    request: HttpRequest
    refusal: TooManyAttempts | None = None
    username = UsernameField(label=_("Username or e-mail"), widget=forms.TextInput(attrs={"autofocus": True}))
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("No staff account has this username or e-mail address and this password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["maxlength"] = MAX_ADDRESS_LENGTH  # Django thinks of names only

    def clean(self) -> dict[str, Any]:
        """Check name and password, unless too many attempts have failed.

        Raises ValidationError.
        """
        if not {"username", "password"} <= self.cleaned_data.keys():
            return self.cleaned_data
        username, client = self.cleaned_data["username"], throttle_key(self.request)
        account = User.objects.by_login(username)
        try:
            attempt = login_attempt(account, typed=username, throttle_key=client)
        except TooManyAttempts as refusal:
            self.refusal = refusal
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        if account:  # as in the API; Django looks for a username
            self.cleaned_data["username"] = account.username
        cleaned: dict[str, Any] = super().clean()
        attempt.succeeded()
        remember_ip(self.get_user(), client)
        return cleaned


class LimitedPasswordChangeForm(AdminPasswordChangeForm):
    """Django's form, which counts a wrong old password as the calls of the API do."""

    refusal: TooManyAttempts | None = None

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.caller = caller

    def clean_old_password(self) -> str:
        """Check the old password, unless too many attempts have failed. Raises ValidationError."""
        try:
            attempt = confirmation_attempt(self.user, self.caller)
        except TooManyAttempts as refusal:
            self.refusal = refusal
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        old_password: str = super().clean_old_password()
        attempt.succeeded()
        return old_password


class LimitedPasswordChangeView(PasswordChangeView):
    """Django's view with that form, which changes no other password than the one that was told."""

    form_class = LimitedPasswordChangeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Let the form know who asks."""
        session_key, client = self.request.session.session_key or "", throttle_key(self.request)
        return {**super().get_form_kwargs(), "caller": Caller(session_key, client)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Change the password, unless it was changed since it was looked at."""
        with transaction.atomic():
            same = {"pk": form.user.pk, "password": form.user.password, "is_active": True}
            if User.objects.locked().filter(**same):
                response = super().form_valid(form)
                remember_ip(form.user, form.caller.throttle_key)
                return response
        form.add_error("old_password", form.error_messages["password_incorrect"])
        return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again; 429 when the password was not even looked at."""
        return _refused(super().form_invalid(form), form)


class StoreAdminSite(AdminSite):
    """Django's admin site, with those forms; what it shows is locked optimistically."""

    index_title = _("Shop administration")
    login_form = LimitedLoginForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self.add_action(delete_unchanged, "delete_selected")

    def check(self, app_configs: Any) -> list[CheckMessage]:
        """Return what is wrong with the admins, among it those that are not locked optimistically."""
        unlocked = [each for each in self._registry.values() if not isinstance(each, StoreAdmin)]
        errors = [
            Error("Every admin of the store is a StoreAdmin.", obj=type(each), id="store.E002")
            for each in unlocked
        ]
        return [*super().check(app_configs), *errors]

    def each_context(self, request: Any) -> dict[str, Any]:
        """Return what every page shows, with the store's name."""
        names = {"site_title": settings.STORE_NAME, "site_header": settings.STORE_NAME}
        return {**super().each_context(request), **names}

    def get_urls(self) -> list[Any]:
        """Return the addresses of the pages, those of a lost password among them."""
        lost = [
            path("password_reset/", RequestResetPage.as_view(), name="password_reset"),
            path("password_reset/confirm/", ResetPasswordPage.as_view(), name="password_reset_confirm"),
        ]
        return [*lost, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the form and log in; 429 when that was not even tried."""
        response = super().login(request, extra_context)
        return _refused(response, (getattr(response, "context_data", None) or {}).get("form"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Let staff change their own password."""
        view = LimitedPasswordChangeView.as_view(
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        request.current_app = self.name
        return view(request)


def _refused(response: HttpResponse, form: Any) -> HttpResponse:
    if refusal := getattr(form, "refusal", None):
        response.status_code = refusal.status_code
        response["Retry-After"] = refusal.headers["Retry-After"]
    return response
