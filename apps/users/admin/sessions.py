"""Sessions in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from apps.core.admin.changelists import DateRangeFilter, LongListAdmin
from apps.users import sessions
from apps.users.admin.nameless_log import NamelessLogAdmin
from apps.users.devices import device_name
from apps.users.models import Session


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
