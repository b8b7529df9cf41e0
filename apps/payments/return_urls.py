"""Addresses that customers may be led back to after they have paid: else any page could be meant."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.conf import settings

MAX_LENGTH = 1000
# ASCII alone, without what browsers leave out or read as something else: spaces, controls, backslashes.
CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
ADDRESS = re.compile(
    r"""(?P<scheme>[a-z][a-z0-9+.-]*)://
    (?P<host>[a-z0-9._-]*|\[[0-9a-f:.]+\])  # without a user before it
    (:(?P<port>[1-9][0-9]{0,4}|\*))?
    (?P<path>/[^?#]*)?
    ([?#].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
DEFAULT_PORTS = {"http": "80", "https": "443"}
ANY_PORT, LAST_PORT = "*", 65_535


@dataclass(frozen=True)
class _Place:
    scheme: str
    host: str
    port: str
    path: str

    def holds(self, other: "_Place") -> bool:
        """Tell whether the other address begins with this one. A scheme of an app's own may stand alone."""
        if self.scheme != other.scheme or self.port not in {ANY_PORT, other.port}:
            return False
        if not self.host and not self.path:
            return True
        is_below = other.path == self.path or other.path.startswith(f"{self.path}/")
        return self.host == other.host and is_below


def is_allowed_return_url(url: str) -> bool:
    """Tell whether the address begins with an entry of PAYMENT_RETURN_URLS, as every browser reads it.

    Scheme, host and port have to be the same; the path may go on after a slash, but not lead upwards.
    """
    if len(url) > MAX_LENGTH or not CHARACTERS.fullmatch(url):
        return False
    place = _place(url)
    if place is None or place.port == ANY_PORT or not _is_straight(place.path):
        return False
    entries = map(_place, settings.PAYMENT_RETURN_URLS)
    return any(entry is not None and entry.holds(place) for entry in entries)


def _place(address: str) -> _Place | None:
    match = ADDRESS.fullmatch(address)
    if match is None or ((match["port"] or "").isdecimal() and int(match["port"]) > LAST_PORT):
        return None
    scheme, host = match["scheme"].lower(), match["host"].lower()
    if scheme in DEFAULT_PORTS and not host:  # browsers take the path's first part for it
        return None
    return _Place(
        scheme, host, match["port"] or DEFAULT_PORTS.get(scheme, ""), (match["path"] or "").rstrip("/")
    )


def _is_straight(path: str) -> bool:
    """Tell whether the path leads only downwards, however often its percent encoding is read."""
    while (plain := unquote(path)) != path:
        path = plain
    if "\\" in path or not path.isprintable():
        return False
    return not any(part.partition(";")[0] in {".", ".."} for part in path.split("/"))
