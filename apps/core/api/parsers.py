"""Parsers of JSON bodies and of files, strict towards untrusted clients."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import BaseParser, DataAndFiles, JSONParser, MultiPartParser

from apps.core.exceptions import MAX_ERRORS
from apps.core.json_pointers import Pointer

MAX_DEPTH = 32  # levels of brackets
OTHER_PARTS_BYTES = 64 * 1024  # of a form with a file: its other members and what is between them


class BoundedJSONParser(JSONParser):
    """Refuse what is not an object, is nested too deeply, or is not UTF-8, with a 400 instead of a crash.

    A member that comes twice is refused too (RFC 8259, 4): readers differ in which of the two they take.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object that the body holds.

        Raises ParseError for anything else, and ValidationError (`duplicate_member`).
        """
        doubled: list[_Doubled] = []

        def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            if len(found := dict(pairs)) == len(pairs):
                return found
            doubled.append(_Doubled(pairs))
            return doubled[-1]

        try:
            # Never the charset that the client names: JSON is UTF-8 (RFC 8259, 8.1).
            # A byte order mark before it is ignored, as 8.1 allows: programs on Windows write one unasked.
            text = stream.read().decode("utf-8-sig")
            body = json.loads(
                text, parse_float=_fraction, parse_constant=_refuse_constant, object_pairs_hook=members
            )
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_unreadable(error)) from error
        if not isinstance(body, dict):
            raise ParseError(_("The body must be a JSON object."))
        _check_depth(body)
        if doubled:
            fault = ErrorDetail(_("This member appears more than once."), code="duplicate_member")
            pointers = islice(_pointers_to_doubled(body, ""), MAX_ERRORS)
            raise ValidationError({pointer: [fault] for pointer in pointers})
        return body


class BulkJSONParser(BaseParser):
    """Read bodies of up to `BULK_MAX_BYTES`, for calls that write many rows at once, as others are read.

    It is no `JSONParser`: for those the REST framework asks Django for the body, which has a lower limit.
    """

    media_type = JSONParser.media_type

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object that the body holds. Raises RequestDataTooBig, and what others raise."""
        body = stream.read(settings.BULK_MAX_BYTES + 1)
        if len(body) > settings.BULK_MAX_BYTES:
            raise RequestDataTooBig
        return BoundedJSONParser().parse(BytesIO(body), media_type, parser_context)


class BoundedFormParser(MultiPartParser):
    """Read a form with a file of at most `max_bytes`, on a view that has others of its `parser_classes`.

    A longer one is refused by its announced length, before any of it is read. A member that comes twice is
    refused too.
    """

    max_bytes: int

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        """Return the members and the files.

        Raises RequestDataTooBig, ParseError for what is no such form, and ValidationError for a member that
        comes twice (`duplicate_member`).
        """
        length = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if length > self.max_bytes + OTHER_PARTS_BYTES:
            raise RequestDataTooBig
        parsed: DataAndFiles[Any, Any] = super().parse(stream, media_type, parser_context)
        try:
            self._check(parsed)
        except Exception:
            for _name, files in parsed.files.lists():  # else the request closes them
                for file in files:
                    file.close()
            raise
        return parsed

    def _check(self, parsed: "DataAndFiles[Any, Any]") -> None:
        names = Counter(
            name for part in (parsed.data, parsed.files) for name, values in part.lists() for _value in values
        )
        if doubled := [name for name, times in names.items() if times > 1]:
            fault = ErrorDetail(_("This member appears more than once."), code="duplicate_member")
            raise ValidationError({Pointer.to(name): [fault] for name in doubled[:MAX_ERRORS]})
        if any(file.size > self.max_bytes for file in parsed.files.values()):
            raise RequestDataTooBig


class _Doubled(dict[str, Any]):
    """An object of which some members came more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    @property
    def names(self) -> list[str]:
        """Return the names of these members."""
        times = Counter(name for name, _value in self._pairs)
        return [name for name in self if times[name] > 1]


def _fraction(text: str) -> Decimal | float:
    # Money has to be exact. With an exponent no call reads a number, and such a Decimal may be endless.
    return float(text) if "e" in text.lower() else Decimal(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(_("`%(name)s` is not a valid JSON number.") % {"name": name})


def _unreadable(reason: ValueError) -> str:
    match reason:
        case json.JSONDecodeError():
            place = {"line": reason.lineno, "column": reason.colno}
            return _("The body is not valid JSON: line %(line)d, column %(column)d.") % place
        case UnicodeDecodeError():
            return _("The body is not valid UTF-8: byte %(number)d.") % {"number": reason.start + 1}
    return _("A number in the body has too many digits.")  # more than Python turns into an int


def _pointers_to_doubled(value: Any, pointer: str) -> Iterator[Pointer]:
    if isinstance(value, _Doubled):
        yield from (Pointer(pointer + Pointer.to(name)) for name in value.names)
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for name, each in inner:
            yield from _pointers_to_doubled(each, pointer + Pointer.to(name))


def _check_depth(body: dict[str, Any]) -> None:
    level: list[Any] = [body]
    for _depth in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inner_containers(value)]
        if not level:
            return
    raise ParseError(_("The JSON is nested too deeply."))


def _inner_containers(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return (each for each in inner if isinstance(each, dict | list))
