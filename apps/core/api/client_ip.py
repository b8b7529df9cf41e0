"""Whose request it is: the address of the client, also behind proxies."""

import re
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What proxies write: an address, one with a port, or an IPv6 address in brackets with or without a port.
_ENTRY = re.compile(r"\[(?P<bracketed>[^\]]+)\](:\d{1,5})?|(?P<v4>[\d.]+)(:\d{1,5})?|(?P<v6>[^\[\]]+)")
_NETWORK_OF_ONE_CLIENT = 64  # bits; within it a client chooses its IPv6 addresses as it likes


def client_address(request: HttpRequest) -> str:
    """Return the client's address: the connection's, or the one that the outermost of our proxies has seen.

    Each of the `PROXY_COUNT` proxies adds the address that connects to it at the right of `X-Forwarded-For`;
    what stands further to the left is whatever the client has sent. A header without so many entries did not
    come through all of them: then the connection's own address counts.
    """
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    number = settings.PROXY_COUNT
    seen = _plain(entries[-number]) if 0 < number <= len(entries) else None
    return seen or _plain(request.META.get("REMOTE_ADDR", "")) or ""


def throttle_key(request: HttpRequest) -> str:
    """Return the address by which the client is counted: of an IPv6 address, its network."""
    address = client_address(request)
    return str(ip_network((address, _NETWORK_OF_ONE_CLIENT), strict=False)) if ":" in address else address


def _plain(entry: str) -> str | None:
    match = _ENTRY.fullmatch(entry.strip())
    try:
        address = ip_address(match["bracketed"] or match["v4"] or match["v6"]) if match else None
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(address.packed))  # without a zone, which is its host's
    return str(address) if address else None
