"""The trail of one row, for the page of its history."""

from typing import Any

from django import template
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models

from apps.audit.models import AuditEntry
from apps.audit.presentation import changes_of
from apps.audit.registry import is_shown_with_row

SHOWN = 100

register = template.Library()


@register.simple_tag
def trail_of(row: models.Model, reader: AbstractUser | AnonymousUser) -> list[Any]:
    """Return the latest entries about the row with their changes, as far as the reader may see them."""
    may_see = is_shown_with_row(row) or reader.has_perm("audit.view_auditentry")
    if not may_see or not isinstance(row.pk, int):
        return []
    entries = AuditEntry.objects.about(row).select_related("actor")[:SHOWN]
    return [(entry, list(changes_of(entry))) for entry in entries]
