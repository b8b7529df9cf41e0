"""How staff work with accounts."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.users.models import EndReason, Session, User


class AccountCreationForm(AdminUserCreationForm):
    """Django's form for a new user, with the e-mail address."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email")


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts are deactivated rather than deleted: their orders stay."""

    add_form = AccountCreationForm
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )
    list_display = ("username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_active", "groups")
    date_hierarchy = "date_joined"
    ordering = ("username", "pk")
    show_full_result_count = False
    address_fields = ("email_verified_at", "new_email")
    readonly_fields = ("last_login", "date_joined", *address_fields)  # facts, which nobody need write
    fieldsets = (*UserAdmin.fieldsets, (_("E-mail address"), {"fields": address_fields}))

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Store the account; an address that staff typed is not confirmed."""
        if change and "email" in form.changed_data:
            obj.email_verified_at, obj.new_email = None, ""
        super().save_model(request, obj, form, change)


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    """Sessions are looked at, and ended."""

    list_display = ("user", "device", "ip", "created_at", "last_used_at", "ended_at", "ended_because")
    list_filter = ("ended_because",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "=ip")
    date_hierarchy = "created_at"
    show_full_result_count = False
    readonly_fields = tuple(field.name for field in Session._meta.fields)
    fields = readonly_fields
    actions = ("end_sessions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody open a session for somebody else."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Let a session be looked at only; the action asks without one."""
        return obj is None and super().has_change_permission(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out the deletion of many: an ended session tells why it ended."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("End the chosen sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End the chosen sessions that still live."""
        count = Session.objects.live().filter(pk__in=queryset.values("pk")).end(EndReason.REVOKED)
        text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
        self.message_user(request, text % {"count": count})


admin.site.site_header = _("Online Store")
admin.site.site_title = _("Online Store")
admin.site.index_title = _("Shop administration")
