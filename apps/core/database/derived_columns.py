"""Columns that follow from others of their row, whichever way these are written.

A model with such a field inherits `DerivingModel`, and its manager comes from a `DerivingQuerySet`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import models, transaction
from django.db.models import signals

from apps.core.database.querysets import SignallingQuerySet

ModelT = TypeVar("ModelT", bound=models.Model)

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field


class DerivedField(Field):
    """A field whose value is computed from those of its sources whenever the row is written."""

    sources: tuple[str, ...] = ()

    def derived(self, row: models.Model) -> Any:
        """Return the value that goes with the sources' present ones."""
        raise NotImplementedError

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Take care of fixtures as well, which Django stores without asking any field."""
        super().contribute_to_class(cls, name, private_only)
        signals.pre_save.connect(self._follow_fixture, sender=cls)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the value, and let the row have it too."""
        value = self.derived(model_instance)
        setattr(model_instance, self.attname, value)
        return value

    def _follow_fixture(self, instance: models.Model, *, raw: bool, **kwargs: Any) -> None:
        if raw:
            self.pre_save(instance, add=False)


class DerivingModel(models.Model):
    """A row with derived fields, which are written together with their sources."""

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Store the row."""
        # Not in `save`: that leaves out of a row what was not read (`only`, `defer`).
        if (written := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = frozenset(_with_derived(type(self), written))
        super().save_base(*args, **kwargs)


class DerivingQuerySet(SignallingQuerySet[ModelT]):
    """Rows whose derived fields follow their sources in bulk as well."""

    def update(self, **values: Any) -> int:
        """Update the rows, and what follows from the values."""
        behind = [
            field for field in derived_fields(self.model) if not values.keys().isdisjoint(field.sources)
        ]
        plain = {name: value for name, value in values.items() if not hasattr(value, "resolve_expression")}
        known = {field for field in behind if plain.keys() >= set(field.sources)}
        for field in known:
            row = self.model(**{source: plain[source] for source in field.sources})
            values[field.name] = field.derived(row)
        unknown = [field for field in behind if field not in known]
        return self._update_in_turn(values, unknown) if unknown else super().update(**values)

    def bulk_create(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> list[ModelT]:
        """Insert the rows; on conflicts update what follows from the fields that are to be updated."""
        if written := kwargs.get("update_fields"):
            kwargs["update_fields"] = _with_derived(self.model, written)
        return super().bulk_create(objs, *args, **kwargs)

    def _update_in_turn(self, values: dict[str, Any], fields: list[DerivedField]) -> int:
        """Update the rows, look at what they have become, and write what follows."""
        with transaction.atomic():
            row_ids = list(self.values_list("pk", flat=True))
            # No row that has come to match meanwhile: nobody would look at it.
            count = super(DerivingQuerySet, self.filter(pk__in=row_ids)).update(**values)
            rows = list(self.model._base_manager.filter(pk__in=row_ids).select_for_update().order_by("pk"))
            for row in rows:
                for field in fields:
                    field.pre_save(row, add=False)
            self.model._default_manager.bulk_update(rows, [field.name for field in fields])
        return count


def derived_fields(model: type[models.Model]) -> list[DerivedField]:
    """Return the derived fields of the model."""
    fields = cast("Iterable[Any]", model._meta.concrete_fields)
    return [field for field in fields if isinstance(field, DerivedField)]


def _with_derived(model: type[models.Model], names: Iterable[str]) -> list[str]:
    written = set(names)
    behind = [field.name for field in derived_fields(model) if not written.isdisjoint(field.sources)]
    return sorted({*written, *behind})
