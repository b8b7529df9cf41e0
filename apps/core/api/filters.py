"""List filters that refuse what they cannot read."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.drainage import set_override
from rest_framework.request import Request

from apps.core.api.fields import MAX_ID, MAX_ID_DIGITS, PLAIN_INTEGER, PLAIN_NUMBER
from apps.core.days import end_of_day, in_utc, last_in_utc, start_of_day
from apps.core.exceptions import InvalidQuery

MAX_SEARCH_LENGTH = 200  # characters
MAX_VALUES = 100  # of a list in a query
ORDERING = "ordering"  # what every list calls it
# RFC 3339, of which the time, its seconds and the offset may be left out.
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
DAY_OR_MOMENT = f"{_DAY}(T{_TIME}{_OFFSET}?)?"
DAY_OR_MOMENT_TEXT = (
    "An RFC 3339 date and time, or a date, which covers that whole day in the store's time zone. A time "
    "without an offset is in that zone too; when clocks go back and a time occurs twice, both are included"
)
_DAY_OR_MOMENT = re.compile(DAY_OR_MOMENT.replace("(T", "(?P<time>T"))


class StrictFilterBackend(DjangoFilterBackend):
    """Filter a list by the view's `filterset_class`."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that the query asks for.

        Raises InvalidQuery with every parameter that cannot be read.
        """
        filterset_class = self.get_filterset_class(view, queryset)
        # A form for a query that has none of its fields would take a sixth of the time of a list.
        if filterset_class is None:
            return queryset
        given = request.query_params
        if parameters_of(filterset_class.base_filters, given).isdisjoint(given):
            return queryset
        filterset = filterset_class(**self.get_filterset_kwargs(request, queryset, view))
        refuse_unreadable(filterset)
        return filterset.qs


def parameters_of(filters: Mapping[str, django_filters.Filter], given: Iterable[str]) -> set[str]:
    """Return the names of the parameters that the filters read, of members those that are given."""
    objects = [name for name, each in filters.items() if isinstance(each, DeepObjectFilter)]
    if not objects:
        return set(filters)
    members = {parameter for parameter in given for name in objects if member_of(name, parameter) is not None}
    return filters.keys() - objects | members


def member_of(name: str, parameter: str) -> str | None:
    """Return the member that the parameter is of the object of this name: `color` of `attr[color]`."""
    begins, ends = parameter.startswith(f"{name}["), parameter.endswith("]")
    return parameter[len(name) + 1 : -1] if begins and ends else None


def refuse_unreadable(filterset: django_filters.FilterSet) -> None:
    """Raise InvalidQuery with every parameter that the filters cannot read."""
    if not filterset.is_valid():
        raise InvalidQuery(
            {
                name: [(fault.code or "invalid", text) for fault in faults for text in fault.messages]
                for name, faults in filterset.errors.as_data().items()
            }
        )


class _BooleanField(forms.CharField):
    words = {"true": True, "1": True, "false": False, "0": False}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> bool | None:
        text = super().clean(value).lower()
        if text and text not in self.words:
            raise forms.ValidationError(_("Must be true or false."), code="invalid")
        return self.words.get(text)


class BooleanFilter(django_filters.BooleanFilter):
    """`true` or `false`; the library's own takes any other word for no filter at all."""

    field_class = _BooleanField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **kwargs)


class _ChoicesField(forms.MultipleChoiceField):
    def to_python(self, value: Any) -> list[str]:
        return [text for text in super().to_python(value) if text]  # an empty value counts as not given


class AnyOfFilter(django_filters.MultipleChoiceFilter):
    """One of a few words; of several any will do. It alone may come more than once in a query."""

    field_class = _ChoicesField

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Return the rows with one of the words."""
        return qs.filter(**{f"{self.field_name}__in": sorted(set(value))}) if value else qs


class PlainNumberField(forms.IntegerField):
    """A plain number, without what Python and Django bear: plus, spaces, zeros before it, other digits."""

    pattern = PLAIN_INTEGER

    def clean(self, value: Any) -> Any:
        """Return the number. Raises ValidationError (`invalid`) for what is none."""
        if value and not self.pattern.fullmatch(value):
            text = self.error_messages["invalid"]
            raise forms.ValidationError(text, code="invalid")
        return super().clean(value)


class IdFilter(django_filters.NumberFilter):
    """The id of a row."""

    field_class = PlainNumberField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=MAX_ID, **kwargs)
        bounds = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        set_override(self, "field", {**bounds, "description": kwargs["help_text"]})

    def get_max_validator(self) -> None:
        """Leave the upper bound to the field: the library's own is far above 64 bits."""


class _ListField(forms.CharField):
    def __init__(self, *, max_values: int, pattern: re.Pattern[str], **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.max_values, self.pattern = max_values, pattern

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        values = text.split(",") if text else []
        if len(values) > self.max_values:
            message = _("At most %(most)d values.") % {"most": self.max_values}
            raise forms.ValidationError(message, code="max_length")
        if not all(map(self.pattern.fullmatch, values)):
            raise forms.ValidationError(_("Must be values separated by commas."), code="invalid")
        return values


class ListFilter(django_filters.Filter):
    """Values separated by commas, which a method of the filters takes as a list."""

    field_class = _ListField
    value_pattern = "[^,]+"

    def __init__(self, *args: Any, max_values: int = MAX_VALUES, **kwargs: Any) -> None:
        pattern = re.compile(self.value_pattern)
        super().__init__(*args, max_values=max_values, pattern=pattern, **kwargs)
        text = f"{kwargs['help_text']}, comma-separated, at most {max_values}"
        set_override(self, "field", {"type": "string", "description": text})


class IdListFilter(ListFilter):
    """Ids of rows."""

    value_pattern = f"[1-9][0-9]{{0,{MAX_ID_DIGITS - 1}}}"

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Return the rows with these ids."""
        return qs.filter(**{f"{self.field_name}__in": list(map(int, value))}) if value else qs


class _MoneyField(PlainNumberField, forms.DecimalField):
    pattern = PLAIN_NUMBER


class MoneyFilter(django_filters.NumberFilter):
    """An amount of money."""

    field_class = _MoneyField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_digits=15, decimal_places=2, **kwargs)
        money = {"type": "string", "format": "decimal", "pattern": r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$"}
        set_override(self, "field", {**money, "description": kwargs["help_text"]})

    def get_max_validator(self) -> None:
        """Leave the upper bound to the field's number of digits."""


class _DayOrMomentField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> date | datetime | None:
        text = super().clean(value)
        if text and (read := day_or_moment(text)) is None:
            raise forms.ValidationError(_("Must be a date, or a date and time."), code="invalid")
        return read if text else None


class _TimeFilter(django_filters.Filter):
    field_class = _DayOrMomentField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = {"type": "string", "pattern": f"^{DAY_OR_MOMENT}$"}
        set_override(self, "field", {**text, "description": f"{kwargs['help_text']}. {DAY_OR_MOMENT_TEXT}"})


class SinceFilter(_TimeFilter):
    """Rows of a moment, or of a day of the store, and later ones."""

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        """Return the rows from the moment on, or from the beginning of the day on."""
        if value is None:
            return qs
        first = in_utc(value) if isinstance(value, datetime) else start_of_day(value)
        return qs.filter(**{f"{self.field_name}__gte": first})


class UntilFilter(_TimeFilter):
    """Rows of a moment, or of a day of the store, and earlier ones."""

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        """Return the rows up to the moment, or up to the end of the day."""
        if value is None:
            return qs
        if isinstance(value, datetime):
            return qs.filter(**{f"{self.field_name}__lte": last_in_utc(value)})
        return qs.filter(**{f"{self.field_name}__lt": end_of_day(value)})


class _MembersInput(forms.Widget):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        members = {member_of(name, parameter): data[parameter] for parameter in data}
        return {member: text for member, text in members.items() if member is not None and text}


class DeepObjectFilter(django_filters.Filter):
    """An object of texts, each member a parameter: `attr[color]=red` (style deepObject of OpenAPI).

    A member without a text counts as not given. The order of commas in a text means nothing, so that the
    cache has one address for all (`etags.address_of`).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=_MembersInput, **kwargs)
        members = {"type": "object", "additionalProperties": {"type": "string"}}
        set_override(self, "field", {**members, "description": kwargs["help_text"]})


class SearchFilter(django_filters.CharFilter):
    """A text to look for."""

    def __init__(self, *args: Any, max_length: int = MAX_SEARCH_LENGTH, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)
        text = {"type": "string", "maxLength": max_length}
        set_override(self, "field", {**text, "description": kwargs["help_text"]})


class StableOrderingFilter(django_filters.OrderingFilter):
    """An order that always ends with the id, so that pages never overlap."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args,
            help_text="One or more fields, comma-separated; a leading - sorts in descending order",
            **kwargs,
        )

    def filter(self, qs: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        """Return the rows in the wanted order, else in their own.

        Raises InvalidQuery for a field that is missing between commas, or is there twice.
        """
        if not value:
            return qs
        if not all(value):
            raise InvalidQuery(
                {ORDERING: [("invalid_choice", gettext("A field name is missing between commas."))]}
            )
        if len({name.removeprefix("-") for name in value}) < len(value):
            raise InvalidQuery({ORDERING: [("invalid", gettext("A field is listed more than once."))]})
        return qs.order_by(*(self.get_ordering_value(name) for name in value), "pk")


def day_or_moment(text: str) -> date | datetime | None:
    """Return the date, or the date and time, that the text is; None for any other text."""
    if not (match := _DAY_OR_MOMENT.fullmatch(text)):
        return None
    try:
        return datetime.fromisoformat(text) if match["time"] else date.fromisoformat(text)
    except ValueError:  # such as 30 February
        return None
