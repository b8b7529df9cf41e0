"""How staff see what the store owes, and set a failed job going again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.jobs import services
from apps.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """Jobs are looked at; a failed one can be run again."""

    list_display = ("key", "kind", "status", "attempts", "run_at", "updated_at")
    list_filter = ("status", "kind")
    search_fields = ("key", "subject", "request_id")
    date_hierarchy = "created_at"
    show_full_result_count = False
    readonly_fields = tuple(field.name for field in Job._meta.fields)
    fields = readonly_fields
    actions = ("run_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody invent a job."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Let a job be looked at only: a page sent back would write over what a worker noted meanwhile."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Let nobody lose one."""
        return False

    @admin.action(description=_("Run the chosen failed jobs again"), permissions=["change"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Set failed jobs going again."""
        count = services.run_again(list(queryset.values_list("pk", flat=True)))
        text = ngettext("%(count)d job is run again.", "%(count)d jobs are run again.", count)
        self.message_user(request, text % {"count": count})
