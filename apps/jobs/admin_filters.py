"""Filters of the list of jobs in the admin. Each is answered by an index."""

from datetime import timedelta
from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.jobs.registry import kinds, label_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CREATED_WITHIN = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
OLDER_THAN = {"older-hour": HOUR, "older-day": DAY, "older-week": 7 * DAY}


class KindFilter(admin.SimpleListFilter):
    """Jobs of one kind. Django would look through the whole table for the kinds."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds, by what staff call them."""
        return sorted(((kind, label_of(kind)) for kind in kinds()), key=itemgetter(1))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the jobs of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class AgeFilter(admin.SimpleListFilter):
    """Jobs by the time since they were ordered."""

    title = _("age")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return what can be chosen."""
        return [
            ("hour", _("within an hour")),
            ("day", _("within a day")),
            ("week", _("within a week")),
            ("older-hour", _("older than an hour")),
            ("older-day", _("older than a day")),
            ("older-week", _("older than a week")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the jobs of that age."""
        now, chosen = timezone.now(), self.value()
        if chosen in CREATED_WITHIN:
            return queryset.filter(created_at__gte=now - CREATED_WITHIN[chosen])
        if chosen in OLDER_THAN:
            return queryset.filter(created_at__lt=now - OLDER_THAN[chosen])
        return queryset


class LateFilter(admin.SimpleListFilter):
    """Jobs that somebody should look after, though none has failed."""

    title = _("lateness")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice beside all jobs."""
        return [("yes", _("late"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        """Return the jobs that are late, when they are asked for."""
        return queryset.late(timezone.now()) if self.value() == "yes" else queryset
