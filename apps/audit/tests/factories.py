"""Entries for tests, with only what matters to a test to be named in it."""

from typing import Any

from apps.audit.models import AuditEntry


def make_entry(**values: Any) -> AuditEntry:
    usual = {"source": "api", "action": "changed", "target_kind": "catalog.product", "target_id": 7}
    return AuditEntry.objects.create(**{**usual, **values})
