"""Addresses of the public internet, told from those of this machine and of the networks around it."""

from ipaddress import IPv4Address, ip_address, ip_network

# What IANA has given a purpose of its own (iana.org/assignments/iana-ipv4-special-registry), and multicast.
# Written out: what `is_global` makes of some of them differs between releases of Python.
SPECIAL_IPV4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared, behind the NAT of a provider
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local: metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# All that is given out to networks lies here; mapped, translated (NAT64), private, link-local and multicast
# addresses lie elsewhere.
GIVEN_OUT_IPV6 = ip_network("2000::/3")
SPECIAL_IPV6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, whose addresses hold one of IPv4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]


def is_public(text: str) -> bool:
    """Tell whether this IP address is one of the public internet.

    One of IPv6 that stands for one of IPv4 (mapped, NAT64, 6to4, Teredo) is none, whichever it stands for.
    """
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in SPECIAL_IPV4)
    return address in GIVEN_OUT_IPV6 and not any(address in network for network in SPECIAL_IPV6)
