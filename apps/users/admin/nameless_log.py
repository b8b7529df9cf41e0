"""Django's log of the admin without names: it may outlive those it speaks of."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from apps.core.admin.model_admin import StoreAdmin


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
