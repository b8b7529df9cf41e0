"""Readers of what callers of the emulated provider send."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.core.money import CENT

AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
CURRENCY = re.compile("[A-Z]{3}")
# Nothing that could end a header, or be read in two ways.
RETURN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x5b\x5d-\x7e]{1,1000}")

Content = dict[str, Any]


class Refused(Exception):
    """A call that is refused for good: the status of its answer, and a word for programs."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def content_of(body: bytes) -> Content:
    """Return what the body says, an object of JSON; nothing of an empty one. Its numbers stay exact."""
    try:
        content = json.loads(body or b"{}", parse_float=str)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refused(400, "invalid_json")
    return content


def amount_of(value: object) -> Decimal:
    """Return money above zero, as text or a number with at most two decimals."""
    if not isinstance(value, str | int) or not AMOUNT.fullmatch(str(value)) or not Decimal(value):
        raise Refused(400, "invalid_amount")
    return Decimal(value).quantize(CENT)


def currency_of(value: object) -> str:
    """Return the code of a currency."""
    if not isinstance(value, str) or not CURRENCY.fullmatch(value):
        raise Refused(400, "invalid_currency")
    return value


def text_of(content: Content, name: str) -> str:
    """Return a text, empty where there is none."""
    value = content.get(name, "")
    if not isinstance(value, str):
        raise Refused(400, f"invalid_{name}")
    return value


def return_url_of(content: Content) -> str:
    """Return the address to lead customers back to, empty where there is none."""
    address = text_of(content, "return_url")
    if address and not RETURN_URL.fullmatch(address):
        raise Refused(400, "invalid_return_url")
    return address


def metadata_of(content: Content) -> str:
    """Return what the store wants to be kept and told again, as JSON."""
    metadata = content.get("metadata", {})
    if not isinstance(metadata, dict):
        raise Refused(400, "invalid_metadata")
    return json.dumps(metadata)


def moment_of(value: object) -> str:
    """Return a moment, which has to name its time zone, so that texts can be compared."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refused(400, "invalid_time")
    return as_text(moment)


def as_text(moment: datetime) -> str:
    """Return the moment in UTC, as it is kept."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
