"""Recording of audit entries, in the transaction of the change. Services call this: no signal does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import models

from apps.audit.middleware import current_source, current_user_id
from apps.audit.models import MAX_NAME_LENGTH, Action, AuditEntry
from apps.audit.registry import model_label, name_to_keep
from apps.core.observability.request_id import current_request_id

Values = Mapping[str, Any]
Changes = dict[str, list[Any]]  # [before, after]


@dataclass(frozen=True)
class AuditRecord:
    """What was done to a row. A secret has no place in the changes."""

    action: Action
    target: models.Model
    changes: Changes = field(default_factory=dict)


def record(action: Action, target: models.Model, changes: Changes | None = None, *, by: Any = None) -> None:
    """Record what was done to a stored row, by this user, else by the one whose request it is."""
    record_all([AuditRecord(action, target, changes or {})], by=by)


def record_change(target: models.Model, changes: Changes, *, by: Any = None) -> None:
    """Record a change of a row, unless everything is as it was."""
    if changes:
        record(Action.CHANGED, target, changes, by=by)


def record_all(records: Iterable[AuditRecord], *, by: Any = None) -> None:
    """Record what was done to many rows, in one statement."""
    actor_id = by.pk if by else current_user_id()
    source, request_id = current_source(), current_request_id()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_id=actor_id,
            source=source,
            request_id=request_id,
            action=each.action,
            target_kind=model_label(each.target),
            target_id=each.target.pk,
            target_name=name_to_keep(each.target)[:MAX_NAME_LENGTH],
            changes=each.changes,
        )
        for each in records
    )


def values_of(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the row's values of these fields as they are recorded: plain, and another row as `3: Tea`."""
    return {name: _plain(row._meta.get_field(name), getattr(row, name)) for name in names}


def changes_between(before: Values, after: Values) -> Changes:
    """Return which of the values before are others now; each state is one that `values_of` returned."""
    return {name: [value, after[name]] for name, value in before.items() if value != after[name]}


def changes_from_nothing(values: Values) -> Changes:
    """Return the values of a new row as changes; what is empty is left out."""
    return {name: [None, value] for name, value in values.items() if value not in (None, "")}


def changes_to_nothing(values: Values) -> Changes:
    """Return the values of a row that is deleted as changes; what is empty is left out."""
    return {name: [value, None] for name, value in values.items() if value not in (None, "")}


def last_author(row: models.Model, field: str) -> str:
    """Return the name of whoever changed the row's field last; empty when the trail does not tell.

    An erasure changes everything, and its author has no name any more.
    """
    entries = AuditEntry.objects.about(row).filter(
        models.Q(changes__has_key=field) | models.Q(action=Action.ERASED)
    )
    entry = entries.select_related("actor").order_by("-created_at", "-pk").first()
    if entry is None or entry.actor is None or entry.action == Action.ERASED:
        return ""
    return entry.actor.get_username()


def _plain(column: Any, value: Any) -> Any:
    if isinstance(value, models.Model):
        return f"{value.pk}: {value}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(column, models.DecimalField) and value is not None:
        return f"{value:.{column.decimal_places}f}"
    return value
