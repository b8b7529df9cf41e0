"""Password reset in the admin: two pages for staff, with what the API offers to everybody."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from apps.core.api.client_ip import throttle_key
from apps.core.exceptions import TooManyRequests
from apps.core.normalization import MAX_ADDRESS_LENGTH
from apps.core.rate_limits import consume
from apps.users import passwords
from apps.users.email_tokens import MAX_TOKEN_LENGTH
from apps.users.exceptions import InvalidEmailToken


class RequestResetForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=MAX_ADDRESS_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class ResetPasswordForm(forms.Form):
    """The code from the e-mail, and the new password twice."""

    token = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=MAX_TOKEN_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )
    new_password = forms.CharField(
        label=_("New password"),
        max_length=passwords.MAX_PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password_again = forms.CharField(
        label=_("Repeat the new password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new_password_again(self) -> str:
        """Compare it with the first one. Raises ValidationError."""
        again: str = self.cleaned_data["new_password_again"]
        if again != self.cleaned_data.get("new_password", again):
            raise ValidationError(_("The passwords do not match."), code="password_mismatch")
        return again


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class PasswordResetPage(FormView):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A page for whoever is not logged in. Its form is counted as the call of the API is."""

    template_name = "users/password_reset.html"
    rate_limit: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what every page of the admin shows, and the form."""
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read the form; 429 when that is done too often."""
        try:
            consume(self.rate_limit, throttle_key(request))
        except TooManyRequests as refusal:
            form = self.get_form()
            form.add_error(None, str(refusal))
            context = self.get_context_data(form=form)
            return self.render_to_response(context, status=refusal.status_code, headers=refusal.headers)
        return super().post(request, *args, **kwargs)


class RequestResetPage(PasswordResetPage):
    """Ask for a code by e-mail. Whether anybody has the address, the page does not tell."""

    form_class = RequestResetForm
    rate_limit = "password_reset"
    success_url = reverse_lazy("admin:password_reset_confirm")
    extra_context = {
        "title": _("Forgot your password?"),
        "lead": _("Enter the e-mail address of your account. We will send you a code to set a new password."),
        "button": _("Send the code"),
    }

    def form_valid(self, form: RequestResetForm) -> HttpResponse:
        """E-mail the code, and go to the page where it is entered."""
        passwords.request_password_reset(
            email=form.cleaned_data["email"], language=get_language() or "", staff_only=True
        )
        messages.success(
            self.request,
            _(
                "If this address belongs to a staff account, we have sent it a code. The code "
                "works for an hour."
            ),
        )
        return super().form_valid(form)


class ResetPasswordPage(PasswordResetPage):
    """Set a new password with the code from the e-mail."""

    form_class = ResetPasswordForm
    rate_limit = "address"
    success_url = reverse_lazy("admin:login")
    extra_context = {
        "title": _("New password"),
        "lead": _("Enter the code from the e-mail and choose a new password."),
        "button": _("Set the password"),
    }

    def form_valid(self, form: ResetPasswordForm) -> HttpResponse:
        """Set the password, and go to the login page; otherwise say why not."""
        token, new_password = form.cleaned_data["token"], form.cleaned_data["new_password"]
        try:
            passwords.reset_password(
                token=token, new_password=new_password, throttle_key=throttle_key(self.request)
            )
        except InvalidEmailToken:
            form.add_error("token", _("This code is wrong or has expired. Request a new one."))
        except ValidationError as error:
            form.add_error(None, error)
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, _("Your password has been changed. Log in with the new one."))
        return super().form_valid(form)
