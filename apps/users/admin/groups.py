"""Groups in the admin, which the store calls roles."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from apps.audit.models import Action
from apps.audit.services import record, record_change
from apps.core.admin.model_admin import StoreAdmin
from apps.users.admin.changed_lists import changed_lists, names_of

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
        changes = changed_lists(obj, form, "permissions")
        if "name" in form.changed_data:
            changes["name"] = [form.initial.get("name"), obj.name]
        super().save_model(request, obj, form, change)
        if change:
            record_change(obj, changes)
        else:
            record(Action.CREATED, obj, changes)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Delete the group, with an entry in the audit trail."""
        record(Action.DELETED, obj, {"permissions": [names_of(obj.permissions.all()), None]})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        """Delete the groups, each with its entry."""
        for group in queryset.order_by("pk"):
            self.delete_model(request, group)
