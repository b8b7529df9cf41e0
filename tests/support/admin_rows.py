"""A row of each kind that the admin edits: its page, and how it is changed, there or by somebody else."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils import timezone

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category
from apps.store.models import TaxClass
from apps.users.models import User

TYPED = {  # in other fields than names and descriptions
    "auth.group": {"name": "Typed"},
    "catalog.attribute": {"name_ru": "Typed", "name_en": "Typed"},
    "delivery.deliverymethod": {"name_ru": "Typed", "name_en": "Typed"},
    "delivery.deliveryzone": {"name": "Typed"},
    "delivery.pickuppoint": {"name": "Typed", "city": "Typed"},
    "orders.paymentmethod": {"name_ru": "Typed", "name_en": "Typed"},
    "promotions.promotion": {"name_ru": "Typed", "name_en": "Typed"},
    "promotions.promotioncode": {"usage_limit": "7"},
    "store.seller": {"legal_name": "Typed", "short_name": "Typed"},
    "store.taxclass": {"name_ru": "Typed", "name_en": "Typed"},
    "users.user": {"first_name": "Typed", "last_name": "Typed"},
}
OTHERS: dict[Any, Callable[[], Any]] = {TaxClass: lambda: TaxClass.objects.create(code="x")}
ADMINS = {model._meta.label_lower: each for model, each in admin.site._registry.items()}


def row_of(label: str) -> Any:
    """Return the row that is edited: one that refers to others where it can."""
    rows = ADMINS[label].model._default_manager.order_by("pk")
    if rows.model is Category:
        rows = rows.exclude(parent=None)
    return rows.filter(is_staff=False).first() if rows.model is User else rows.first()


def page_of(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def typed(row: models.Model, field: str = "") -> dict[str, str]:
    """Return what whoever has the form open types: a field other than this one."""
    values = TYPED.get(row._meta.label_lower, {"name": "Typed", "description": "Typed"})
    return dict([(name, value) for name, value in values.items() if name != field][:1])


def change(row: models.Model, name: str) -> None:
    """Change the field as somebody else would, without leaving a name."""
    column: Any = row._meta.get_field(name)
    if column.many_to_many:
        members = getattr(row, name)
        members.add(column.related_model._default_manager.exclude(pk__in=members.all()).first())
        return
    value = getattr(row, column.attname)
    if column.many_to_one:
        value = OTHERS.get(column.related_model, make_category)().pk
    elif column.choices:
        value = next(choice for choice, _label in column.choices if choice != value)
    else:
        value = _another(column, value)
    type(row)._default_manager.filter(pk=row.pk).update(**{column.attname: value})


def _another(column: Any, value: Any) -> Any:
    """Return another value that the column can have."""
    match column:
        case models.BooleanField():
            return not value
        case models.JSONField():
            return {"mon": "10:00-20:00"}
        case models.DateTimeField():
            return timezone.now()
        case models.DecimalField() | models.IntegerField():
            return 1_000 if column.name == "compare_at_price" else (value or 0) + 1  # it is above the price
    return f"x{value}"[: column.max_length]
