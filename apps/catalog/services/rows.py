"""Rows of the catalogue as its services write them: cleaned, with a free slug, and audited."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Action
from apps.audit.services import (
    changes_between,
    changes_from_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.models import Category, Product, ProductGroup
from apps.catalog.slugs import SLUG_ATTEMPTS, free_slug
from apps.core.database.row_changes import changed_columns, columns_of
from apps.users.models import User

CATEGORY_OF = {Category: "parent", Product: "category", ProductGroup: "category"}

RowT = TypeVar("RowT", Category, Product, ProductGroup)


def inserted(row: RowT, *, by: User | None = None) -> RowT:
    """Insert the row. Raises ValidationError for values that cannot be, or that somebody has."""
    _stored(row, lambda: row.save(force_insert=True), makes_slug=not row.slug)
    record(Action.CREATED, row, changes_from_nothing(values_of(row, row.AUDITED_FIELDS)), by=by)
    return row


def updated(row: RowT, changes: dict[str, Any], *, by: User | None = None) -> RowT:
    """Write what is changed. Raises ValidationError for values that cannot be, or that somebody has."""
    audited = [field for field in row.AUDITED_FIELDS if field in {*changes, "slug"}]
    before, columns = values_of(row, audited), columns_of(row)
    for field, value in changes.items():
        setattr(row, field, value)

    def save_changed() -> None:
        # Unless nothing has happened: the row keeps its `updated_at`, and readers their ETag.
        changed: list[str] = changed_columns(row, columns)
        if changed:
            row.save(update_fields=[*changed, "updated_at"])

    _stored(row, save_changed, makes_slug=not row.slug)
    record_change(row, changes_between(before, values_of(row, audited)), by=by)
    return row


def _stored(row: RowT, save: Callable[[], None], *, makes_slug: bool) -> None:
    """Save the row, with a slug that is made as often as somebody takes it after the check.

    Raises ValidationError for values that cannot be, or that somebody has.
    """
    others = type(row)._default_manager.exclude(pk=row.pk)
    for attempt in range(SLUG_ATTEMPTS if makes_slug else 1):
        if makes_slug:
            row.slug = free_slug(row.name, among=others, attempt=attempt)
        _clean(row, exclude=["slug"] if makes_slug else ())
        try:
            with transaction.atomic():
                save()
        except IntegrityError:
            continue
        return
    _clean(row)  # which names what was taken
    raise ValidationError(_("Someone else has just taken these values."), code="conflict")


def _clean(row: RowT, *, exclude: Iterable[str] = ()) -> None:
    # The validators say the same as the constraints, for which Django would ask the database, and take an
    # error of it for a yes.
    row.full_clean(exclude=[*exclude, *_checked_category(row)], validate_constraints=False)


def _checked_category(row: Category | Product | ProductGroup) -> list[str]:
    """Return the field that names a category, once that is there; it may have been deleted a moment before.

    Raises ValidationError, with the code that the API has for an id that no row has.
    """
    field = CATEGORY_OF[type(row)]
    category_id = getattr(row, f"{field}_id")
    if category_id is None:
        return []
    if not Category.objects.filter(pk=category_id).exists():
        missing = ValidationError(_("This category does not exist."), code="does_not_exist")
        raise ValidationError({field: missing})
    return [field]
