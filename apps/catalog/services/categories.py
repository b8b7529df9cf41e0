"""Services of categories."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.audit.models import Action
from apps.audit.services import (
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.exceptions import CategoryNotEmpty
from apps.catalog.models import Category
from apps.catalog.product_parts import PartChange
from apps.catalog.services.rows import inserted, updated
from apps.catalog.shown_texts import with_texts
from apps.catalog.translations import PART, Texts, write_category_translations
from apps.core.database.transactions import retried_atomic


@retried_atomic
def create_category(**values: Any) -> Category:
    """Create a category; its slug is made from the name when absent.

    Raises ValidationError for values that cannot be.
    """
    texts = values.pop(PART, None)
    category = inserted(Category(**values))
    _write_texts(category, texts)
    return category


@retried_atomic
def update_category(
    category_id: int, *, precondition: Callable[[Category], None] | None = None, **changes: Any
) -> Category:
    """Change the given fields of a category.

    `precondition` raises when the locked category is not the version that was meant. Raises
    Category.DoesNotExist, and ValidationError for values that cannot be, such as a parent below itself.
    """
    if "parent" in changes:
        # The whole tree: two moves at once could each be right and close a loop together.
        list(Category.objects.select_for_update().order_by("pk").values_list("pk"))
    category = with_texts(Category.objects.select_for_update(of=("self",))).get(pk=category_id)
    if precondition:
        precondition(category)
    texts = changes.pop(PART, None)
    updated(category, changes)
    if _write_texts(category, texts):
        category.save(update_fields=["updated_at"])
    return category


def deactivate_category(
    category_id: int, *, precondition: Callable[[Category], None] | None = None
) -> Category:
    """Take a category, and with it everything below, off sale.

    Raises Category.DoesNotExist.
    """
    return update_category(category_id, precondition=precondition, is_active=False)


def delete_category(category_id: int, *, precondition: Callable[[Category], None] | None = None) -> None:
    """Delete a category for good.

    `precondition` raises when the locked category is not the version that was meant. Raises
    Category.DoesNotExist, and CategoryNotEmpty while a product or a category points to it.
    """
    try:
        _delete_category(category_id, precondition)
    except (ProtectedError, IntegrityError) as error:  # the latter: something was put into it meanwhile
        raise CategoryNotEmpty from error


def _write_texts(category: Category, texts: Texts | None) -> PartChange:
    """Write its texts in further languages, if any are given, and tell what has changed."""
    change = write_category_translations(category, texts) if texts else None
    if change:
        record_change(category, {PART: change})
    return change


@transaction.atomic  # not repeated: what was put into it meanwhile is a refusal at once
def _delete_category(category_id: int, precondition: Callable[[Category], None] | None) -> None:
    category = with_texts(Category.objects.select_for_update(of=("self",))).get(pk=category_id)
    if precondition:
        precondition(category)
    last_values = values_of(category, category.AUDITED_FIELDS)
    record(Action.DELETED, category, changes_to_nothing(last_values))
    category.delete()
