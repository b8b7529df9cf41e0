"""Addresses: scheme://user:password@host:port/path?option=value, of which nothing is overlooked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from online_store.env.hosts import host
from online_store.env.values import Reader, Unusable, is_one_line

ESCAPES = "percent-encode special characters in the user and password, such as / as %2F"
MAX_PORT = 65_535


@dataclass(frozen=True)
class Address:
    """The parts of an address, decoded; a part that it lacks is empty."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Form:
    """How addresses of one kind look."""

    schemes: tuple[str, ...]
    expected: str  # the form in words, with an example
    options: Mapping[str, Reader[Any]] = field(default_factory=dict)  # by their names
    host: Reader[str] = host

    def split(self, text: str) -> Address:
        """Return the parts of an address of this form.

        Raises Unusable, without a word of the address, for what cannot be read: also for an option that is
        unknown, empty or given twice.
        """
        try:
            parts = urlsplit(text)
        except ValueError:  # a bracket in a password, or no address of IPv6 between two
            raise Unusable(f"must be {self.expected}; {ESCAPES}") from None
        if parts.scheme not in self.schemes or "://" not in text or re.search(r"\s", text):
            raise Unusable(f"must be {self.expected}")
        if "#" in text:
            raise Unusable(f"must be {self.expected}, without #; {ESCAPES}")
        account, _, place = parts.netloc.rpartition("@")
        user, _, password = account.partition(":")
        name, port = self._place(place)
        return Address(
            scheme=parts.scheme,
            user=decoded(user),
            password=decoded(password),
            host=name,
            port=port,
            path=decoded(parts.path),
            options=self._options(parts.query) if "?" in text else {},
        )

    def _place(self, text: str) -> tuple[str, int | None]:
        match = re.fullmatch(r"(\[(?P<ipv6>[^\]]*:[^\]]*)\]|(?P<name>[^:\[\]]*))(:(?P<port>.*))?", text)
        if not match:
            raise Unusable(f"must be {self.expected}, with an IPv6 address in brackets; {ESCAPES}")
        name = decoded(match["ipv6"] or match["name"])
        return self.host(name) if name else "", port_number(match["port"]) if match["port"] else None

    def _options(self, query: str) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for pair in query.split("&"):
            name, _, value = pair.partition("=")
            if name not in self.options:  # not named: it may be the end of a password with a ? in it
                known = f"known options are {', '.join(self.options)}" if self.options else "it takes none"
                raise Unusable(f"has an unknown option: {known}; {ESCAPES}")
            if name in read:
                raise Unusable(f"has the option {name} twice")
            try:
                read[name] = self.options[name](decoded(value))
            except Unusable as unusable:
                raise Unusable(f"has an invalid option: {name} {unusable}") from None
        return read


def decoded(text: str) -> str:
    """Return the text without its percent encoding, which may hide no control characters."""
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise Unusable("must be UTF-8 text where it is percent-encoded") from None
    if not is_one_line(plain):
        raise Unusable("must not contain control characters, not even percent-encoded")
    return plain


def port_number(text: str) -> int:
    """Return the number of a port."""
    if re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) <= MAX_PORT:
        return int(text)
    raise Unusable(f"must have a port from 1 to {MAX_PORT}; {ESCAPES}")
