"""Columns of identifiers in their clean form, and of their keys (`normalization.py`)."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from apps.core.database.derived_columns import DerivedField, DerivingModel, derived_fields
from apps.core.normalization import MAX_KEY_LENGTH, NAME, IdentifierKind

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
    NullableCharField = models.CharField[str | None, str | None]
else:
    CharField = NullableCharField = models.CharField


class CleanCharField(CharField):
    """An identifier or a name, which is stored in the clean form of its kind, whoever writes it."""

    def __init__(self, *args: Any, kind: IdentifierKind = NAME, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the text in its clean form."""
        text = super().to_python(value)
        return self.kind.clean(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the text, and let the row have it too."""
        text = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, text)
        return text

    def deconstruct(self) -> Any:
        """Return what a migration repeats: to it, this is a column like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class KeyField(DerivedField, NullableCharField):
    """The key of another field of the row; null while that one is empty.

    Whether no two rows may have one key says a `UniqueConstraint` of the model.
    """

    def __init__(self, source: str = "", kind: IdentifierKind = NAME, **kwargs: Any) -> None:
        self.sources, self.kind = (source,), kind
        column = {"max_length": MAX_KEY_LENGTH, "null": True, "editable": False}
        super().__init__(**{**kwargs, **column})

    @property
    def source(self) -> str:
        """Return the name of the field whose key it is."""
        return self.sources[0]

    def key_of(self, text: str | None) -> str | None:
        """Return the key of the text, which may be any spelling."""
        return self.kind.key(text or "") or None

    def derived(self, row: models.Model) -> str | None:
        """Return the key of the source's present text."""
        return self.key_of(getattr(row, self.source))

    def deconstruct(self) -> Any:
        """Return what a migration repeats: to it, this is a column like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class KeyedModel(DerivingModel):
    """A row with keys: a value that another row has in some spelling is refused as taken."""

    class Meta:
        abstract = True

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Raise ValidationError, by field, for what is taken."""
        left_out = set(exclude or ())
        keys = [field for field in unique_keys(type(self)) if field.source not in left_out]
        taken = [field.source for field in keys if self._is_taken(field)]
        errors: Any = {name: [self.unique_error_message(type(self), (name,))] for name in taken}
        try:
            super().validate_unique({*left_out, *(field.source for field in keys)})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _is_taken(self, field: KeyField) -> bool:
        key = field.derived(self)
        others = type(self)._default_manager.exclude(pk=self.pk)
        return key is not None and others.filter(**{field.name: key}).exists()


def key_fields(model: type[models.Model]) -> list[KeyField]:
    """Return the keys of the model."""
    return [field for field in derived_fields(model) if isinstance(field, KeyField)]


def unique_keys(model: type[models.Model]) -> list[KeyField]:
    """Return the keys that no two rows of the model may share."""
    unique = {constraint.fields for constraint in model._meta.total_unique_constraints}
    return [field for field in key_fields(model) if (field.name,) in unique]
