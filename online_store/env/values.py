"""Readers of single values: each returns what a text means, or raises Unusable."""

import base64
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from apps.core.countries import COUNTRIES
from online_store.private_files import make_folder, make_private_folder

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}  # seconds
WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}

# Control characters, lone surrogates (bytes that are no UTF-8), line and paragraph separators.
NOT_IN_A_VALUE = {"Cc", "Cs", "Zl", "Zp"}
MAX_PATH, MAX_NAME = 4096, 255  # bytes, of Linux

T = TypeVar("T")
Reader = Callable[[str], T]


class Unusable(ValueError):
    """Says what a value has to be: `must be true or false`. Never the value, which may hold a password."""


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int


def is_one_line(text: str) -> bool:
    """Tell whether the text is one line, without control characters."""
    return not any(unicodedata.category(character) in NOT_IN_A_VALUE for character in text)


def flag(text: str) -> bool:
    """Return what a word for yes or no means: true/false, yes/no, on/off, 1/0 in any case."""
    if (word := text.lower()) not in WORDS:
        raise Unusable("must be true or false")
    return WORDS[word]


def whole_number(at_least: int, at_most: int | None = None) -> Reader[int]:
    """Return a reader of a whole number within these limits, in plain digits."""
    limits = f", at least {at_least}" if at_most is None else f" from {at_least} to {at_most}"

    def read(text: str) -> int:
        # int() also takes `1_0`, `+5` and the digits of other scripts.
        number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else -1
        if number < at_least or (at_most is not None and number > at_most):
            raise Unusable(f"must be a whole number{limits}")
        return number

    return read


def seconds(at_most: int) -> Reader[float]:
    """Return a reader of a duration in seconds, above zero and with or without a fraction."""

    def read(text: str) -> float:
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) and 0 < (duration := float(text)) <= at_most:
            return duration
        raise Unusable(f"must be a number of seconds above 0, at most {at_most}")

    return read


def rate(text: str) -> Rate:
    """Return a rate such as `20/hour`."""
    if match := re.fullmatch(r"([1-9][0-9]{0,8})/(second|minute|hour|day)", text):
        return Rate(int(match[1]), UNITS[match[2]])
    raise Unusable("must be a rate such as 20/hour or 600/minute, or empty")


def choice(*words: str, ignore_case: bool = True) -> Reader[str]:
    """Return a reader of one of a few words."""

    def read(text: str) -> str:
        word = text.lower() if ignore_case else text
        if word not in words:
            raise Unusable(f"must be {', '.join(words[:-1])} or {words[-1]}")
        return word

    return read


def matching(pattern: str, expected: str) -> Reader[str]:
    """Return a reader of texts that match the regular expression as a whole."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise Unusable(f"must be {expected}")
        return text

    return read


# What RFC 9110 lets stand in the value of a header everywhere, without the space that would end a token.
token = matching(r"[\x21-\x7e]+", "visible ASCII characters without spaces, as allowed in a header")


def webhook_secret(text: str) -> str:
    """Return a secret of Standard Webhooks: `whsec_` and Base64, or any visible ASCII text."""
    try:
        base64.b64decode(text.removeprefix("whsec_") if text.startswith("whsec_") else "", validate=True)
    except ValueError:
        raise Unusable("must go on in Base64 when it begins with whsec_") from None
    return token(text)


tax_class_code = matching(r"[-a-zA-Z0-9_]{1,20}", "the code of a tax class, such as standard or none")


def country(text: str) -> str:
    """Return the code of a country."""
    if text not in COUNTRIES:
        raise Unusable("must be the ISO 3166 code of a country, two capital letters such as RU or DE")
    return text


def short_text(at_most: int) -> Reader[str]:
    """Return a reader of a text of so many characters."""
    return matching(rf".{{1,{at_most}}}", f"a text of at most {at_most} characters")


def is_path(text: str) -> bool:
    """Tell whether the text can be a path: the system refuses to look for one that is longer."""
    encoded = text.encode()
    return len(encoded) < MAX_PATH and max(map(len, encoded.split(b"/"))) <= MAX_NAME


def readable_file(text: str) -> str:
    """Return the path of a file that can be read."""
    if is_path(text) and Path(text).is_file() and os.access(text, os.R_OK):
        return text
    raise Unusable("must be the path of a readable file")


def log_file(text: str) -> str:
    """Return `-`, the console, or the path of a writable file."""
    if text == "-" or (is_path(text) and _can_be_written(Path(text))):
        return text
    raise Unusable("must be - or the path of a writable file")


def made_folder(text: str, make: Callable[[Path], None] = make_folder) -> Path:
    """Return the absolute path of a folder, which is made when it is not there."""
    try:
        path = Path(text).resolve()
        make(path)
    except (OSError, RuntimeError) as error:  # the second one for links that lead in a circle
        reason = error.strerror if isinstance(error, OSError) else "its links form a loop"
        raise Unusable(f"must be a folder, but it cannot be created: {reason}") from None
    return path


def private_folder(text: str) -> Path:
    """Return the absolute path of a folder that can be written, which is made for its owner only."""
    path = made_folder(text, make_private_folder)
    if not os.access(path, os.W_OK | os.X_OK):
        raise Unusable("must be a folder that the store can write to")
    return path


def _can_be_written(path: Path) -> bool:
    return not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)
