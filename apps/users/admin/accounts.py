"""Accounts in the admin."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from apps.audit.services import record_change
from apps.core.admin.changelists import DateRangeFilter, LongListAdmin
from apps.core.admin.optimistic_locking import VERSION, VersionedForm, version_of
from apps.users import services
from apps.users.account_changes import store_account
from apps.users.admin.changed_lists import changed_lists
from apps.users.admin.nameless_log import NamelessLogAdmin
from apps.users.exceptions import AccountErased
from apps.users.models import User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
PASSWORD_PAGE_FIELDS = ("username", "email", "password", "is_active", "is_staff", "is_superuser")


class AccountChangeForm(VersionedForm, UserChangeForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Django's form for a user, refused when the account was changed since it was opened."""


class AccountCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Django's form for a new user, with the e-mail address."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email")


@admin.register(User)
class AccountAdmin(NamelessLogAdmin, LongListAdmin, UserAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Accounts are deactivated rather than deleted: their orders stay."""

    form = AccountChangeForm
    add_form = AccountCreationForm
    new_fields = ("username", "email", "usable_password", "password1", "password2")
    add_fieldsets = ((None, {"classes": ("wide",), "fields": new_fields}),)
    counted = ngettext_lazy("%(number)s user", "%(number)s users", "count")
    list_display = ("username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_active", "groups", ("date_joined", DateRangeFilter))
    ordering = ("username", "pk")
    address_fields = ("email_verified_at", "new_email")
    # Facts, which nobody need write.
    readonly_fields = ("last_login", "date_joined", "erased_at", *address_fields)
    fieldsets = (
        *(UserAdmin.fieldsets or ())[:-1],
        (_("Important dates"), {"fields": ("last_login", "date_joined", "erased_at")}),
        (_("E-mail address"), {"fields": address_fields}),
    )
    unversioned_fields = ("password", "last_login")  # which a login may write

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Let superusers alone give rights: who could give them to others could give them to himself."""
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let superusers alone change staff: by password or address one takes over an account.

        Nobody changes an account that was erased.
        """
        if obj is not None and obj.erased_at:
            return False
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def nameless(self, obj: User) -> User:
        """Return a user with the same number, who is called by it."""
        return User(pk=obj.pk, username=str(obj.pk))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show and take the form, unless the account has been erased."""
        try:
            self._refuse_erased(request, object_id)
            return super().changeform_view(request, object_id, *args, **kwargs)
        except AccountErased as refusal:
            return self._refused(request, refusal)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Show and take the form of the password, unless the account was changed since it was shown."""
        try:
            self._refuse_erased(request, id)
            if request.method == "POST":
                return self._taken_password(request, id, form_url)
            page = super().user_change_password(request, id, form_url)
            if isinstance(page, TemplateResponse) and (context := page.context_data):
                context[VERSION] = version_of(context["original"], PASSWORD_PAGE_FIELDS)
            return page
        except AccountErased as refusal:
            return self._refused(request, refusal)

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Store the account; an address that staff typed is not confirmed."""
        if change and "email" in form.changed_data:
            obj.email_verified_at, obj.new_email = None, ""
        lists = changed_lists(obj, form, "groups", "user_permissions")
        if change and not self.changed_fields(obj, form):
            record_change(obj, lists)
            return
        columns = self.changed_fields(obj, form) if change else None
        store_account(obj, list_changes=lists, update_fields=columns)

    def changed_fields(self, obj: User, form: "ModelForm[Any]") -> list[str]:
        """Return the columns to write; with another address those about the old one."""
        changed = super().changed_fields(obj, form)
        return [*changed, *self.address_fields] if "email" in changed else changed

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let superusers alone delete staff, and nobody the own account: the audit trail names who did it."""
        may = _may_touch(request, obj) and super().has_delete_permission(request, obj)
        return may and obj != request.user

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the account."""
        services.delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete the accounts."""
        for user in queryset.order_by("pk"):
            services.delete_account(user)

    def _taken_password(self, request: HttpRequest, user_id: str, form_url: str) -> HttpResponse:
        with transaction.atomic():
            user = self.get_object(request, unquote(user_id))
            may = user is not None and self.has_change_permission(request, user)
            outdated = self.outdated(request, user, PASSWORD_PAGE_FIELDS) if may else None
            page = outdated or super().user_change_password(request, user_id, form_url)
        if isinstance(page, TemplateResponse) and page.context_data:  # the password was refused
            page.context_data[VERSION] = request.POST.get(VERSION, "")
        return page

    def _refuse_erased(self, request: HttpRequest, object_id: str | None) -> None:
        """Raise AccountErased for a form that was opened before: it needs a reason, not a bare 403."""
        if request.method == "POST" and object_id and super().has_change_permission(request):
            user = self.get_object(request, unquote(object_id))
            if user is not None and user.erased_at:
                raise AccountErased

    def _refused(self, request: HttpRequest, refusal: AccountErased) -> HttpResponse:
        return render(request, "403.html", {"detail": str(refusal)}, status=HTTPStatus.FORBIDDEN)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or not (user and (user.is_staff or user.is_superuser))
