"""Compiled output: a function per serializer class that writes rows as its fields say, without asking each.

The fields are read once, and made into the source of a function such as

    lambda self, row: {"id": row.id, "price": f"{row.price:.2f}", "currency": self.get_currency(row)}

A field that has no such form is asked itself. It does not know for which request: what depends on that is a
`SerializerMethodField`, or the method of no nested serializer.

Every row has every member. Where Django REST framework would leave one out, or fill in a default, because a
row has no such value, the class is refused when its first row is written, or the row is.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.relations import PKOnlyObject

from apps.core.api.fields import MomentField, moment

Writer = Callable[[Any, Any], dict[str, Any]]

# The forms of values that are not None, by the method with which a field writes them: those that inherit it
# are written alike. Rows hold what their columns do: texts, numbers, booleans.
_AS_IT_IS = "{value}"
_FORMS: dict[Any, str] = {
    serializers.BigIntegerField.to_representation: _AS_IT_IS,
    serializers.BooleanField.to_representation: _AS_IT_IS,
    serializers.CharField.to_representation: _AS_IT_IS,
    serializers.ChoiceField.to_representation: "str({value})",
    serializers.DecimalField.to_representation: 'f"{{{value}:.{field.decimal_places}f}}"',
    serializers.IntegerField.to_representation: _AS_IT_IS,
    serializers.ReadOnlyField.to_representation: _AS_IT_IS,
    MomentField.to_representation: "moment({value})",
}


@cache
def writer_of(serializer_class: type[serializers.Serializer[Any]]) -> Writer:
    """Return the function that writes a row: it takes a serializer of the class, and the row.

    Raises TypeError for a class with a field whose value a row may lack.
    """
    fields = serializer_class().fields
    names: dict[str, Any] = {"moment": moment, "by_field": _by_field}
    members = [f"{name!r}: {_member(field, name, names)}" for name, field in fields.items()]
    # The source consists of names that stand in the code of serializers.
    return eval(f"lambda self, row: {{{', '.join(members)}}}", names)  # noqa: S307


def _member(field: Any, name: str, names: dict[str, Any]) -> str:
    """Return the expression that writes the field; what it needs beside the row is put into `names`."""
    if isinstance(field, serializers.SerializerMethodField):
        return f"self.{field.method_name}(row)"
    if field.default is not empty or len(field.source_attrs) > 1:  # what stands before a dot may be None
        raise TypeError(f"{name} may be missing from a row: make a method field of it")
    field.required = True  # it raises AttributeError, not SkipField, for a row without it
    names[f"field_{name}"] = field
    value = ".".join(["row", *field.source_attrs])
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, serializers.ModelSerializer):
        names[f"write_{name}"] = writer_of(type(field.child))
        return f"[write_{name}(field_{name}.child, each) for each in {value}]"
    if isinstance(field, serializers.ModelSerializer):
        names[f"write_{name}"] = writer_of(type(field))
        return _unless_none(value, f"write_{name}(field_{name}, value)")
    how: Any = type(field).to_representation
    if (form := _FORMS.get(how)) is None:
        return f"by_field(field_{name}, row)"
    return value if form == _AS_IT_IS else _unless_none(value, form.format(value="value", field=field))


def _unless_none(value: str, expression: str) -> str:
    return f"None if (value := {value}) is None else {expression}"


def _by_field(field: Any, row: Any) -> Any:
    value = field.get_attribute(row)
    is_none = (value.pk if isinstance(value, PKOnlyObject) else value) is None
    return None if is_none else field.to_representation(value)
