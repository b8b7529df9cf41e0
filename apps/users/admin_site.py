"""The admin, whose login fails no more often than that of the API."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from apps.common.addresses import counted_address
from apps.users.exceptions import TooManyAttempts
from apps.users.login_limits import login_attempt, remember_place
from apps.users.models import User


class LimitedLoginForm(AdminAuthenticationForm):
    """Django's form, which counts what fails together with the logins of the API."""

    request: HttpRequest
    refusal: TooManyAttempts | None = None

    def clean(self) -> dict[str, Any]:
        """Check name and password, unless too many attempts have failed.

        Raises ValidationError.
        """
        if not {"username", "password"} <= self.cleaned_data.keys():
            return self.cleaned_data
        username, address = self.cleaned_data["username"], counted_address(self.request)
        account = User.objects.by_login(username)
        try:
            attempt = login_attempt(account, typed=username, address=address)
        except TooManyAttempts as refusal:
            self.refusal = refusal
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        if account:  # as in the API; Django looks for a username
            self.cleaned_data["username"] = account.username
        cleaned: dict[str, Any] = super().clean()
        attempt.succeeded()
        remember_place(self.get_user(), address)
        return cleaned


class StoreAdminSite(AdminSite):
    """Django's admin site, with that form."""

    login_form = LimitedLoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the form and log in; 429 when that was not even tried."""
        response = super().login(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if refusal := getattr(form, "refusal", None):
            response.status_code = refusal.status_code
            response["Retry-After"] = refusal.headers["Retry-After"]
        return response
