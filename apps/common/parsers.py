"""Reading JSON bodies from strangers."""

from collections.abc import Iterator, Mapping
from json import JSONDecodeError
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32  # levels of brackets


class BoundedJSONParser(JSONParser):
    """Refuse what is not an object, is nested too deeply, or is not UTF-8, with a 400 instead of a crash."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object that the body holds.

        Raises ParseError for anything else.
        """
        try:
            # Never the charset that the client names: JSON is UTF-8 (RFC 8259, 8.1).
            body = super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ParseError as error:  # in English, whoever asks
            raise ParseError(_unreadable(error.__context__)) from error
        if not isinstance(body, dict):
            raise ParseError(_("The body must be a JSON object."))
        _check_depth(body)
        return body


def _unreadable(reason: BaseException | None) -> str:
    if isinstance(reason, JSONDecodeError):
        place = {"line": reason.lineno, "column": reason.colno}
        return _("The body is not JSON: line %(line)d, column %(column)d.") % place
    return _("The body is not JSON in UTF-8.")


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
