"""Export of the audit trail, whose own app lies below this one."""

import json
from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.audit.models import AuditEntry
from apps.audit.registry import model_label
from apps.import_export.registry import ExportKind, Row, exportable
from apps.users.models import User

ROWS_IN_MEMORY = 500
COLUMNS = {
    "id": "pk",
    "created_at": "created_at",
    "username": "actor__username",
    "through": "source",
    "request_id": "request_id",
    "action": "action",
    "kind": "target_kind",
    "target_id": "target_id",
    "name": "target_name",
}


def audit_rows(entry_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the entries, by id; what was changed is JSON, `{field: [before, after]}`."""
    entries = AuditEntry.objects.filter(pk__in=entry_ids).order_by("pk")
    for *values, changes in entries.values_list(*COLUMNS.values(), "changes").iterator(ROWS_IN_MEMORY):
        yield *values, json.dumps(changes, ensure_ascii=False, sort_keys=True)


def entries_naming(user: User) -> QuerySet[AuditEntry]:
    """Return the entries by the user, and those about the user, whose values hold names."""
    return AuditEntry.objects.filter(Q(actor=user) | Q(target_kind=model_label(User), target_id=user.pk))


AUDIT_TRAIL = exportable(
    ExportKind(
        name="audit-trail",
        label=_("Audit trail"),
        model=AuditEntry,
        columns=(*COLUMNS, "changes"),
        rows=audit_rows,
        naming=entries_naming,
    )
)
