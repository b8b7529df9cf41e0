"""Accounts, groups and sessions in the admin."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from apps.audit.models import Action
from apps.audit.services import Changes, record, record_change
from apps.core.admin.changelists import DateRangeFilter, LongListAdmin
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.optimistic_locking import VERSION, VersionedForm, version_of
from apps.users import services, sessions
from apps.users.account_changes import store_account
from apps.users.devices import device_name
from apps.users.exceptions import AccountErased
from apps.users.models import Session, User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
PASSWORD_PAGE_FIELDS = ("username", "email", "password", "is_active", "is_staff", "is_superuser")


class AccountChangeForm(VersionedForm, UserChangeForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Django's form for a user, refused when the account was changed since it was opened."""


class AccountCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Django's form for a new user, with the e-mail address."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email")


class NamelessLogAdmin(StoreAdmin):
    """Rows whose text tells who somebody is: Django's log of the admin gets their number instead."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Log a new row."""
        return super().log_addition(request, self.nameless(obj), message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Log a change."""
        return super().log_change(request, self.nameless(obj), message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Log rows that are about to be deleted."""
        rows: Any = [self.nameless(obj) for obj in queryset]  # Django only walks through them
        return super().log_deletions(request, rows)

    def nameless(self, obj: Any) -> Any:
        """Return a row with the same number, whose text is this number."""
        raise NotImplementedError


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
        lists = _changed_lists(obj, form, "groups", "user_permissions")
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


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(StoreAdmin, GroupAdmin):
    """Groups, whose permissions are those of their members: superusers alone change them.

    A change of them stands in the audit trail.
    """

    counted = ngettext_lazy("%(number)s group", "%(number)s groups", "count")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let superusers add a group."""
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Let superusers change one."""
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Let superusers delete one."""
        return request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: Group, form: "ModelForm[Group]", change: bool) -> None:
        """Store the group, with an entry in the audit trail."""
        changes = _changed_lists(obj, form, "permissions")
        if "name" in form.changed_data:
            changes["name"] = [form.initial.get("name"), obj.name]
        super().save_model(request, obj, form, change)
        if change:
            record_change(obj, changes)
        else:
            record(Action.CREATED, obj, changes)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Delete the group, with an entry in the audit trail."""
        record(Action.DELETED, obj, {"permissions": [_names(obj.permissions.all()), None]})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        """Delete the groups, each with its entry."""
        for group in queryset.order_by("pk"):
            self.delete_model(request, group)


@admin.register(Session)
class SessionAdmin(NamelessLogAdmin, LongListAdmin):
    """Sessions are looked at, and ended."""

    counted = ngettext_lazy("%(number)s session", "%(number)s sessions", "count")
    list_display = ("user", "shown_device", "ip", "last_used_at", "ended_at", "ended_because")
    list_filter = ("ended_because", ("created_at", DateRangeFilter))
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "=ip")
    readonly_fields = tuple(field.name for field in Session._meta.fields)
    fields = readonly_fields
    actions = ("end_sessions",)
    unversioned_fields = readonly_fields  # which every refresh of its tokens writes

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody open a session for somebody else."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Let a session be looked at only; the action asks without one."""
        return obj is None and super().has_change_permission(request)

    def nameless(self, obj: Session) -> Session:
        """Return a session with the same number, on no device."""
        return Session(pk=obj.pk)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out the deletion of many: an ended session tells why it ended."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: Session) -> None:
        """End the session before it is deleted, which the audit trail tells."""
        sessions.end_sessions([obj.pk])
        super().delete_model(request, obj)

    @admin.display(description=_("device"), ordering="device")
    def shown_device(self, session: Session) -> str:
        """Return the device's short name; what it calls itself is shown under the pointer and on its page."""
        return format_html('<span title="{}">{}</span>', session.device, device_name(session.device) or "—")

    @admin.action(description=_("End the selected sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End the chosen sessions that still live."""
        count = sessions.end_sessions(list(queryset.values_list("pk", flat=True)))
        text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
        self.message_user(request, text % {"count": count})


def _changed_lists(obj: User | Group, form: "ModelForm[Any]", *fields: str) -> Changes:
    """Return the members of these fields before and after, of those that the form changes."""
    return {
        field: [_names(getattr(obj, field).all()) if obj.pk else [], _names(form.cleaned_data[field])]
        for field in fields
        if field in form.changed_data
    }


def _names(rows: QuerySet[Any]) -> list[str]:
    if rows.model is Permission:
        named = rows.values_list("content_type__app_label", "codename")
        return [f"{app}.{codename}" for app, codename in named]
    return list(rows.values_list("name", flat=True))


admin.site.index_title = _("Shop administration")


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or not (user and (user.is_staff or user.is_superuser))
