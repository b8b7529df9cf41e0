"""The bases of serializers: those of bodies refuse unknown members, those of rows tell times in UTC."""

from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from apps.core.api.compiled_output import writer_of
from apps.core.api.fields import MomentField
from apps.core.exceptions import MAX_ERRORS
from apps.core.json_pointers import Pointer

WRITE = "to_representation"

ModelT = TypeVar("ModelT", bound=models.Model)


class OutputSerializer(serializers.ModelSerializer[ModelT]):
    """A row as responses show it, its moments in UTC. What writes it is compiled from its fields."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if WRITE in vars(cls):
            raise TypeError(f"{cls.__name__} is compiled: make a method field of what its fields do not say")
        setattr(cls, WRITE, _compile_first)  # not what its base has compiled


def _compile_first(self: OutputSerializer[Any], row: Any) -> dict[str, Any]:
    """Write the row as the fields say, and all rows from now on by what is compiled of them."""
    setattr(type(self), WRITE, writer_of(type(self)))
    return self.to_representation(row)


class InputSerializer(serializers.Serializer[Any]):
    """What a body, or an object within one, may hold; to the schema, `additionalProperties: false`."""

    # The library's own text names a type of Python.
    default_error_messages = {"invalid": gettext_lazy("Must be an object.")}

    @cached_property
    def known_members(self) -> frozenset[str]:
        """Return the names of the members that are read."""
        return frozenset(str(field.field_name) for field in self._writable_fields)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the values.

        Raises ValidationError with the faults of every member, `unknown_member` for those that nobody reads:
        a misspelt member must not be the same as none.
        """
        unknown = self._faults_of_unknown_members(data)
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown:
                raise
            faults: Any = error.detail  # by field
            raise serializers.ValidationError({**faults, **unknown}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def _faults_of_unknown_members(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping) or data.keys() <= self.known_members:
            return {}
        unknown = (name for name in data if name not in self.known_members)
        fault = serializers.ErrorDetail(_("Unknown member."), code="unknown_member")
        return {Pointer.to(name): [fault] for name in islice(unknown, MAX_ERRORS)}


class NoInput(InputSerializer):
    """The body of a call that reads none: nothing, or an empty object."""
