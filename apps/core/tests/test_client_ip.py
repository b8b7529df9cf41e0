"""Whose request it is, behind any number of proxies, whatever the client says of itself."""

import pytest
from django.test import RequestFactory

from apps.core.api.client_ip import client_address, throttle_key

SOCKET = "192.0.2.1"


def request_from(forwarded=None, socket=SOCKET):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=socket, **headers)


@pytest.mark.parametrize("forwarded", [None, "198.51.100.7", "198.51.100.7, 203.0.113.9"])
def test_without_proxies_the_header_counts_for_nothing(settings, forwarded):
    settings.PROXY_COUNT = 0

    assert client_address(request_from(forwarded)) == SOCKET


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1,198.51.100.7", "198.51.100.7"),
        (1, "127.0.0.1, ::1 , 198.51.100.7 ", "198.51.100.7"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "10.0.0.1, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
    ],
)
def test_address_is_the_one_that_the_outermost_proxy_has_seen(settings, count, forwarded, address):
    settings.PROXY_COUNT = count

    assert client_address(request_from(forwarded)) == address


@pytest.mark.parametrize(
    ("count", "forwarded"),
    [
        (1, None),
        (1, ""),
        (1, "198.51.100.7,"),
        (1, "198.51.100.7, unknown"),
        (1, "198.51.100.7, _hidden"),
        (1, "198.51.100.7, 999.1.1.1"),
        (1, "198.51.100.7, 203.0.113.9:port"),
        (1, "198.51.100.7, [2001:db8::1"),
        (1, "198.51.100.7, <script>"),
        (1, "198.51.100.7, 203.0.113.9 203.0.113.8"),
        (1, "198.51.100.7, \u0663.1.1.1"),
        (2, "198.51.100.7"),
        (3, "198.51.100.7, 203.0.113.9"),
    ],
)
def test_header_that_no_such_row_of_proxies_writes_counts_for_nothing(settings, count, forwarded):
    settings.PROXY_COUNT = count

    assert client_address(request_from(forwarded)) == SOCKET


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.9:51413", "203.0.113.9"),
        ("2001:db8::9", "2001:db8::9"),
        ("2001:0DB8:0:0:0:0:0:9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:51413", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::9%eth0", "fe80::9"),
    ],
)
def test_one_address_is_the_same_however_it_is_written(settings, written, address):
    settings.PROXY_COUNT = 1

    assert client_address(request_from(written)) == address
    assert client_address(request_from(None, socket=written)) == address


def test_request_through_a_unix_socket_has_no_address(settings):
    settings.PROXY_COUNT = 0

    assert client_address(request_from(None, socket="")) == ""
    assert throttle_key(request_from(None, socket="")) == ""


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
    ],
)
def test_ipv6_is_counted_by_the_network(address, counted):
    assert throttle_key(request_from(None, socket=address)) == counted
