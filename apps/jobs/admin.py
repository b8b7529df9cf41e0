"""Jobs in the admin: their list, their statistics, and another run of failed ones."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from apps.core.admin.changelists import LongListAdmin
from apps.core.admin.pages import AdminPage
from apps.jobs import circuit_breaker, services, stats
from apps.jobs.admin_filters import AgeFilter, KindFilter, LateFilter
from apps.jobs.exceptions import JobNotFailed
from apps.jobs.models import Job
from apps.jobs.subjects import link_to

SHOWN_OF_ERROR = 100  # characters
NAMED = 20  # jobs in a message
FIELDS = [field.name for field in Job._meta.fields]
SHOWN_FIELDS = ("shown_kind", "shown_status", "what_happened", "attempts", "created_at", "updated_at")


class FiguresPage(AdminPage):
    """How the jobs of each kind fare, and which one has waited longest."""

    route, name = "figures/", "figures"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may see jobs."""
        return self.model_admin.has_view_permission(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        now = timezone.now()
        context = {
            "title": _("Job statistics"),
            "media": self.model_admin.media,
            "now": now,
            "kinds": stats.by_kind(now),
            "outages": circuit_breaker.failing_circuits(now),
            "oldest": Job.objects.due(now).ready().order_by("run_at", "pk").first(),
        }
        return self.render("admin/jobs/job/figures.html", context)


class RunAgainPage(AdminPage):
    """The button of a failed job."""

    route, name = "<path:object_id>/run-again/", "run_again"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may run jobs again."""
        return self.model_admin.has_change_permission(request)

    def get(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse it, to those who might send a POST."""
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set the job going again, if it has failed. Raises Http404."""
        job = get_object_or_404(Job, pk=object_id if object_id.isdecimal() else None)
        try:
            services.retry(job.pk)
        except JobNotFailed as refusal:
            self.model_admin.message_user(request, str(refusal), messages.ERROR)
        else:
            self.model_admin.message_user(request, _("Job “%(job)s” will run again.") % {"job": job.title})
        return redirect("admin:jobs_job_change", job.pk)


@admin.register(Job)
class JobAdmin(LongListAdmin):
    """Jobs are looked at; a failed one can be run again."""

    counted = ngettext_lazy("%(number)s job", "%(number)s jobs", "count")
    list_display = ("shown_kind", "shown_status", "age", "attempts", "error")
    list_filter = ("status", KindFilter, AgeFilter, LateFilter)
    sortable_by = ()  # the last one comes first: no index has them in another order
    search_fields = ("key", "subject", "request_id")
    readonly_fields = (
        "shown_kind",
        "shown_status",
        "what_happened",
        *FIELDS,
    )
    actions = ("run_again",)
    pages = (FiguresPage, RunAgainPage)

    class Media:
        """Room for errors."""

        css = {"all": ["jobs/jobs.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody invent a job."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Let a job be looked at only: a page sent back would write over what a worker noted meanwhile."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Let nobody lose one."""
        return False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add what each job is about, leading there if the user may."""
        kind, *others = self.list_display
        return [kind, _subject_for(request), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Job | None = None) -> list[Any]:
        """Add what the job is about."""
        return [_subject_for(request), *self.readonly_fields]

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> list[Any]:
        """Fold away what only a developer needs."""
        kind, *others = SHOWN_FIELDS
        details = [name for name in FIELDS if name not in (*SHOWN_FIELDS, "status")]
        return [
            (None, {"fields": [kind, _subject_for(request), *others]}),
            (_("Technical details"), {"classes": ["collapse"], "fields": details}),
        ]

    @admin.display(description=_("kind"))
    def shown_kind(self, job: Job) -> str:
        """Return what staff call the kind."""
        return job.kind_label

    @admin.display(description=_("what happened"))
    def what_happened(self, job: Job) -> str:
        """Return what went wrong the last time."""
        return job.error_line

    @admin.display(description=_("status"))
    def shown_status(self, job: Job) -> str:
        """Return the status in its colour."""
        return format_html(
            '<span class="store-status store-{}">{}</span>', job.status, job.get_status_display()
        )

    @admin.display(description=_("age"))
    def age(self, job: Job) -> str:
        """Return how long ago the job was ordered."""
        return timesince(job.created_at)

    @admin.display(description=_("error"))
    def error(self, job: Job) -> str:
        """Return the beginning of what went wrong the last time."""
        return Truncator(job.error_line).chars(SHOWN_OF_ERROR)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the job, to those who may with a button that runs it again."""
        job = self.get_object(request, unquote(object_id))
        context = {"may_run_again": self.has_change_permission(request), "subtitle": job and job.title}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @admin.action(description=_("Run the selected failed jobs again"), permissions=["change"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Set the failed ones of the chosen jobs going again, and name the others."""
        chosen = list(queryset.values_list("pk", flat=True))
        restarted = set(services.run_again(chosen))
        text = ngettext("%(count)d job will run again.", "%(count)d jobs will run again.", len(restarted))
        self.message_user(request, text % {"count": len(restarted)})
        if refused := [pk for pk in chosen if pk not in restarted]:
            text = ngettext(
                "%(count)d job had not failed and was left unchanged: %(jobs)s",
                "%(count)d jobs had not failed and were left unchanged: %(jobs)s",
                len(refused),
            )
            titles = [job.title for job in Job.objects.filter(pk__in=refused[:NAMED])]
            more = ["…"] if len(refused) > NAMED else []
            shown = {"count": len(refused), "jobs": ", ".join(titles + more)}
            self.message_user(request, text % shown, messages.WARNING)


def _subject_for(request: HttpRequest) -> Callable[[Job], str]:
    @admin.display(description=_("about"))
    def subject(job: Job) -> str:
        return link_to(job.subject, request.user)

    return subject
