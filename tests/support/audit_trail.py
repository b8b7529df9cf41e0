"""Entries of the audit trail, for tests to compare."""

from typing import Any

from django.db.models import Model

from apps.audit.models import AuditEntry
from apps.users.models import User

REQUEST = {"x-request-id": "req-1"}


def audit_entry(
    action: str, changes: dict[str, list[Any]], *, source: str, by: User | None, request: str = ""
) -> Any:
    """Return an entry as `trail` returns it."""
    return action, changes, source, by.pk if by else None, request


def trail(row: Model | None = None) -> list[Any]:
    """Return the entries about the row, or else all but those about users, oldest first."""
    entries = AuditEntry.objects.about(row) if row else AuditEntry.objects.exclude(target_kind="users.user")
    return list(entries.order_by("pk").values_list("action", "changes", "source", "actor_id", "request_id"))
