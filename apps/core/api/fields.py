"""Serializer fields that take JSON by its type, so that `true` is no number and `1` no word.

`described_as` is what the schema says of a field beside what follows from its arguments.
"""

import re
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.core.normalization import CODE, MAX_ADDRESS_LENGTH, NAME, clean_email, is_blank

MAX_ID = 2**63 - 1  # the largest value of a BigAutoField
MAX_ID_DIGITS = 18  # of a text that surely holds no larger number
# Numbers are written in texts and queries as in JSON (RFC 8259, 6), without its exponents.
_WHOLE = "(0|[1-9][0-9]*)"
PLAIN_WHOLE = re.compile(_WHOLE)
PLAIN_INTEGER = re.compile(f"-?{_WHOLE}")
PLAIN_NUMBER = re.compile(rf"-?{_WHOLE}(\.[0-9]+)?")


def moment(when: datetime) -> str:
    """Return the moment as it is written on the wire, in UTC whatever the store's time zone."""
    return when.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


class MomentField(serializers.DateTimeField):
    """A moment in a response."""

    def to_representation(self, value: datetime) -> str:
        """Return the moment in UTC."""
        return moment(value)


class CopiedField(serializers.Field):  # type: ignore[type-arg]  # of whatever its subclass is of
    """A field that each serializer copies as it is: to make it anew takes longer."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy(self)


class StrictIntegerField(CopiedField, serializers.IntegerField):
    """A JSON integer: no text, no boolean, and to OpenAPI 3.0 neither `2.0` nor `2e0`."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number.

        Raises ValidationError (`invalid`) for any other type.
        """
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(StrictIntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_ID, **kwargs)


class IdListField(CopiedField, serializers.ListField):
    """Ids of rows, each a JSON integer."""

    child = IdField()


class RowIdField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to another row by its id, which must be a JSON integer."""

    default_error_messages = {
        "does_not_exist": _("There is no object with the id {pk_value}."),
        "incorrect_type": _("Must be an id: an integer."),
    }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the row. Raises ValidationError, for an empty text too, which DRF would take for null."""
        if data == "":
            self.fail("incorrect_type", data_type="str")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        """Return the row.

        Raises ValidationError for any other type, and for an id that no row has.
        """
        if type(data) is not int:
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 0 < data <= MAX_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`, nothing that looks like them."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean.

        Raises ValidationError (`invalid`) for any other type.
        """
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictCharField(CopiedField, serializers.CharField):
    """A JSON string. One of which nothing can be seen counts as empty, unless it is taken as it was typed."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the text. Raises ValidationError."""
        if self.trim_whitespace and isinstance(data, str) and is_blank(data):
            data = ""
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        """Return the text.

        Raises ValidationError (`invalid`) for any other type.
        """
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NameField(StrictCharField):
    """What people call something or somebody, in one line (`normalization.NAME`)."""

    kind = NAME

    def to_internal_value(self, data: Any) -> str:
        """Return the text in its clean form.

        Raises ValidationError: `invalid` for any other type, `max_length` for a text that is too long as it
        was sent, which is what the schema limits.
        """
        text = super().to_internal_value(data)
        if self.max_length is not None and len(text) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return self.kind.clean(text)


class CodeField(NameField):
    """What people copy, such as a sku (`normalization.CODE`)."""

    kind = CODE


class MailboxField(StrictCharField, serializers.EmailField):
    """An e-mail address that mail on the internet reaches: as it is stored, and the same in all spellings.

    Every call that takes an address takes it by this field.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_ADDRESS_LENGTH, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Return the address in its clean form. Raises ValidationError (`invalid`, `max_length`)."""
        text = super().to_internal_value(data)
        if len(text) > MAX_ADDRESS_LENGTH:
            self.fail("max_length", max_length=MAX_ADDRESS_LENGTH)
        try:
            return clean_email(text)
        except ValueError:
            self.fail("invalid")


class StrictSlugField(StrictCharField, serializers.SlugField):
    """A JSON string of letters, digits, hyphens and underscores."""


class MoneyField(serializers.DecimalField):
    """An amount of money, zero or more, as a string of two decimal places; a JSON number is read too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_digits": 10, "decimal_places": 2, "min_value": 0, **kwargs}
        super().__init__(**kwargs)
        more_digits = kwargs["max_digits"] - kwargs["decimal_places"] - 1
        self.described_as = {"pattern": rf"^(0|[1-9][0-9]{{0,{more_digits}}})(\.[0-9]{{1,2}})?$"}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Tell null and nothing from values; to the library a blank text is null, too."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Any:
        """Return the Decimal.

        Raises ValidationError (`invalid`) for anything but a plain number, be it a text or a number of JSON.
        """
        # A float had an exponent: `BoundedJSONParser` reads other fractions exactly.
        if isinstance(data, bool | float) or not PLAIN_NUMBER.fullmatch(str(data)):
            self.fail("invalid")
        amount = super().to_internal_value(data)
        if amount == 0 and amount.is_signed():
            self.fail("invalid")
        return amount
