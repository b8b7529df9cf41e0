"""Listening addresses and trusted proxies, on machines with IPv4, IPv6 or both."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, ip_network


def everywhere(port: int) -> str:
    """Return the address of all interfaces, of both kinds where one socket can serve both."""
    return f"[::]:{port}" if _can_bind("::", 0, for_both=True) else f"0.0.0.0:{port}"


def this_machine(port: int) -> list[str]:
    """Return the addresses that only this machine reaches; `localhost` may mean either."""
    return [f"127.0.0.1:{port}", *([f"[::1]:{port}"] if _can_bind("::1", port) else [])]


def as_seen(proxies: Iterable[str]) -> list[str]:
    """Return the addresses and networks, those of IPv4 also as a socket of both kinds sees them."""
    return [form for proxy in proxies for form in (proxy, *_mapped(proxy))]


def _can_bind(address: str, port: int, *, for_both: bool = False) -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn will
            probe.bind((address, port))
            return not (for_both and probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
    except OSError:  # no IPv6 in the kernel, or none on its interfaces
        return False


def _mapped(proxy: str) -> list[str]:
    network = None if proxy == "*" else ip_network(proxy)
    if not isinstance(network, IPv4Network):
        return []
    return [f"::ffff:{network.network_address}/{96 + network.prefixlen}"]
