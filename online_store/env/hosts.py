"""Readers of host names, IP addresses and networks, and of what is made of them: mailboxes and origins."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network

import idna

from online_store.env.values import Unusable

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
MAILBOX = re.compile(
    r"""("(?:[^"\\]|\\.)*"\s*|[^<>@,;:"\\]*)<(?P<named>[^<>\s]+)>  # a name, in quotes where it needs them
    |(?P<bare>[^<>\s]+)""",
    re.VERBOSE,
)
HOST_EXPECTED = "a host name such as shop.example or an IP address"


def host(text: str) -> str:
    """Return a host name as the network knows it, in ASCII and small letters, or an IP address."""
    if ":" in text:
        return str(_ipv6(text))
    name = text if text.isascii() else _in_ascii(text)
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise Unusable(f"must have {HOST_EXPECTED}")
    if labels[-1].isdigit():  # such a name is taken for an address
        return str(_ipv4(name))
    return name.lower()


def allowed_host(text: str) -> str:
    """Return an entry of ALLOWED_HOSTS: a host name, one with its subdomains (.shop.example), or all (*)."""
    if text == "*":
        return text
    bracketed = re.fullmatch(r"\[(.*)\]", text)
    try:
        if bracketed:
            return f"[{_ipv6(bracketed[1])}]"
        name = host(text.removeprefix("."))
    except Unusable:
        name = ""
    # The characters that Django lets stand in a Host header.
    if not name or not re.fullmatch(r"[a-z0-9.-]*[a-z0-9]", name):
        raise Unusable(
            "must be host names, comma-separated, without scheme, port or path: shop.example, "
            ".shop.example (with its subdomains), 192.0.2.1, [2001:db8::1] or *"
        )
    return f".{name}" if text.startswith(".") else name


def is_local(name: str) -> bool:
    """Tell whether the host is this machine itself, which no network lies before."""
    if name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def proxy(text: str) -> str:
    """Return an IP address or a network of proxies; `*` for all."""
    try:
        return text if text == "*" else network(text)
    except Unusable as unusable:
        raise Unusable(f"{unusable}, or *") from None


def network(text: str) -> str:
    """Return an IP address or a network."""
    try:
        return str(ip_network(text) if "/" in text else ip_address(text))
    except ValueError:
        raise Unusable(
            "must be IP addresses or networks, comma-separated, such as 192.0.2.7,10.0.0.0/8"
        ) from None


def mailbox(text: str) -> str:
    """Return an e-mail address, with a name before it or not: `Shop <orders@shop.example>`."""
    match = MAILBOX.fullmatch(text)
    local, at, domain = (match["named"] or match["bare"]).rpartition("@") if match else ("", "", "")
    if not (at and LOCAL_PART.fullmatch(local) and len(local) <= 64 and _is_domain(domain)):
        raise Unusable(
            "must be one e-mail address, such as orders@shop.example or Shop <orders@shop.example>, "
            'with quotes around a name that has a comma: "Shop, Ltd" <orders@shop.example>'
        )
    return text


def _is_domain(text: str) -> bool:
    try:
        return bool(host(text)) and ":" not in text and not text.endswith(".") and "_" not in text
    except Unusable:
        return False


def _ipv4(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise Unusable(f"must have {HOST_EXPECTED}") from None


def _ipv6(text: str) -> IPv6Address:
    try:
        return IPv6Address(text)
    except AddressValueError:
        raise Unusable(f"must have {HOST_EXPECTED}, an IPv6 address in brackets") from None


def _in_ascii(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise Unusable(f"must have {HOST_EXPECTED}") from None
