"""Audit trail in the admin: read-only, whatever the reader's permissions."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.audit.models import AuditEntry
from apps.audit.presentation import changes_of
from apps.audit.registry import audited_models, model_label
from apps.audit.services import last_author
from apps.core.admin.changelists import DateRangeFilter, LongListAdmin
from apps.core.admin.optimistic_locking import register_author_lookup

LIST_VALUES, LIST_CHARACTERS = 4, 60  # of one entry in the list; its own page shows all

register_author_lookup(last_author)


class KindFilter(admin.SimpleListFilter):
    """What kind of thing was changed."""

    title = _("kind")
    parameter_name = "target_kind__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the kinds by name. To ask the table for them would read all of it."""
        return audited_models()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the entries about the chosen kind."""
        return queryset.filter(target_kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(LongListAdmin):
    """Entries are read: not even a superuser adds, changes or deletes one."""

    counted = ngettext_lazy("%(number)s entry", "%(number)s entries", "count")
    list_display = ("created_at", "actor", "source", "action", "target", "shown_changes")
    list_filter = ("source", "action", KindFilter, ("created_at", DateRangeFilter))
    list_select_related = ("actor",)
    sortable_by = ()  # by time alone: each filter has an index in this order
    search_fields = ("target_id",)  # opens the search box; get_search_results does the work
    search_help_text = _("Record ID, username or request ID")
    fields = ("created_at", "actor", "source", "action", "target", "request", "before_and_after")
    readonly_fields = fields

    @property
    def media(self) -> forms.Media:
        """Return the styles of the filters and of the values."""
        return super().media + forms.Media(css={"all": ["audit/audit.css"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Fetch the present names of users, which the entries do not keep."""
        users = get_user_model()
        name = Subquery(users._default_manager.filter(pk=OuterRef("target_id")).values("username"))
        username = Case(When(target_kind=model_label(users), then=name))
        return super().get_queryset(request).annotate(username=username)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Return the entries that go with what is typed, and that none of them comes twice."""
        return queryset.matching(search_term.strip()) if search_term.strip() else queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody invent an entry."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Let nobody rewrite one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Let nobody remove one."""
        return False

    @admin.display(description=_("what"))
    def target(self, entry: AuditEntry) -> str:
        """Return what was changed, leading to its page when there is one."""
        text = entry.called(entry.target_name or entry.username or "")
        page = f"admin:{entry.target_kind.replace('.', '_')}_change"
        with suppress(NoReverseMatch):
            return format_html('<a href="{}">{}</a>', reverse(page, args=[entry.target_id]), text)
        return text

    @admin.display(description=_("request"))
    def request(self, entry: AuditEntry) -> str:
        """Return the request's id, leading to all that it changed."""
        if not entry.request_id:
            return ""
        address = f"{reverse('admin:audit_auditentry_changelist')}?{urlencode({'q': entry.request_id})}"
        return format_html('<a href="{}">{}</a>', address, entry.request_id)

    @admin.display(description=_("changes"))
    def shown_changes(self, entry: AuditEntry) -> str:
        """Return the first values, shortened."""
        shown = list(changes_of(entry))
        short = [[Truncator(text).chars(LIST_CHARACTERS) for text in change] for change in shown]
        lines = format_html_join("", "<div>{}: {} → {}</div>", short[:LIST_VALUES])
        return format_html("{}<div>…</div>", lines) if len(shown) > LIST_VALUES else lines

    @admin.display(description=_("changes"))
    def before_and_after(self, entry: AuditEntry) -> str:
        """Return a table of all values."""
        row = '<tr><th scope="row">{}</th><td class="audit-value">{}</td><td class="audit-value">{}</td></tr>'
        heading = format_html_join(
            "", '<th scope="col">{}</th>', ([text] for text in (_("field"), _("before"), _("after")))
        )
        table = (
            '<div class="store-scroll" tabindex="0" role="region" aria-label="{}">'
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        )
        return format_html(table, _("changes"), heading, format_html_join("", row, changes_of(entry)))
