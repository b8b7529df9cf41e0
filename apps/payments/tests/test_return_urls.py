"""Customers are led back to the shop's own addresses, however another is dressed up."""

import pytest

from apps.payments.return_urls import is_allowed_return_url

ENTRIES = [
    "https://shop.example",
    "https://api.shop.example:8443/paid",
    "http://localhost:*",
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
    "myshop://",
    "com.example.app://pay/done",
]


@pytest.fixture(autouse=True)
def entries(settings) -> None:
    settings.PAYMENT_RETURN_URLS = ENTRIES


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/",
        "https://shop.example/orders/42?paid=yes&next=https://evil.example#top",
        "https://shop.example?paid=yes",
        "https://shop.example#/orders/42",
        "https://shop.example/#/orders/42",
        "https://shop.example:443/orders",
        "HTTPS://Shop.Example/Orders",
        "https://shop.example/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7/42",
        "https://shop.example/a..b/.well-known/...",
        "https://api.shop.example:8443/paid",
        "https://api.shop.example:8443/paid/",
        "https://api.shop.example:8443/paid/42",
        "https://api.shop.example:8443/paid?order=42",
        "http://localhost/",
        "http://localhost:3000/orders",
        "http://LOCALHOST:65535",
        "http://127.0.0.1:8000/orders",
        "http://[::1]:8000/orders",
        "myshop://orders/42?paid=yes",
        "myshop:///orders/42",
        "MyShop://orders",
        "myshop://",
        "com.example.app://pay/done",
        "com.example.app://pay/done/42",
    ],
)
def test_address_below_an_entry_is_allowed(url: str):
    assert is_allowed_return_url(url)


@pytest.mark.parametrize(
    "url",
    [
        # Another host, scheme or port.
        "",
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://shop.exampleevil/",
        "https://evilshop.example/",
        "https://www.shop.example/",
        "https://shop.example./",
        "https://shop.example:8443/",
        "https://shop.example:80/",
        "http://shop.example/",
        "ftp://shop.example/",
        "https://localhost:3000/",
        "http://localhost.evil.example:3000/",
        "http://127.0.0.1/",
        "http://127.0.0.1:80001/",
        "http://localhost:*/",
        "http://localhost:0/",
        "http://localhost:03000/",
        "http://localhost:/",
        "http://0x7f000001:8000/",
        "http://[::1]/",
        "http://[::1/",
        # A user before the host.
        "https://shop.example@evil.example/",
        "https://shop.example:443@evil.example/",
        "https://me@shop.example/",
        "https://@shop.example/",
        "https://evil.example#@shop.example/",
        "https://evil.example?@shop.example/",
        "http://localhost:3000@evil.example/",
        "myshop://me@orders",
        # What browsers read otherwise than it looks.
        "https://evil.example\\@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example\\.evil.example/",
        "https:\\\\shop.example/",
        "https:/\\shop.example/",
        "https:///evil.example/",
        "https:////evil.example/",
        "https:shop.example/",
        "https:/shop.example/",
        "//shop.example/",
        "///evil.example/",
        "/orders/42",
        "shop.example/orders",
        " https://shop.example/",
        "https://shop.example/ ",
        "https://shop.example/a b",
        "https://shop.example\t.evil.example/",
        "https://shop.ex\nample/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\x00",
        "\x01https://shop.example/",
        "java\tscript://shop.example/",
        "https://shop。example/",
        "https://ｓhop.example/",
        "https://shop.exam\u00adple/",
        "https://shop%2eexample/",
        "https://shop.example%2f@evil.example/",
        "https://shop.example/<script>",
        # Above or beside the path of the entry.
        "https://api.shop.example:8443",
        "https://api.shop.example:8443/",
        "https://api.shop.example:8443/paid2",
        "https://api.shop.example:8443/PAID",
        "https://api.shop.example:8443/paid%2F..%2Fadmin",
        "https://api.shop.example:8443/paid/../admin",
        "https://api.shop.example:8443/paid/%2e%2e/admin",
        "https://api.shop.example:8443/paid/.%2E/admin",
        "https://api.shop.example:8443/paid/%252e%252e/admin",
        "https://api.shop.example:8443/paid/..;/admin",
        "https://api.shop.example:8443/paid/..%5cadmin",
        "https://api.shop.example:8443/paid/%5c..%5cadmin",
        "https://api.shop.example:8443/paid/..",
        "https://api.shop.example:8443/paid/./x",
        "https://api.shop.example:8443/./paid",
        "https://api.shop.example:8443/paid/%0d%0aLocation:%20x",
        "com.example.app://pay",
        "com.example.app://pay/done/../other",
        "com.example.app://other/done",
        "com.example.app:///done",
        # Other schemes, and the same with an address behind.
        "myshop:orders",
        "myshop2://orders",
        "xmyshop://orders",
        "javascript://shop.example/%0aalert(1)",
        "data:text/html,https://shop.example/",
        "https://shop.example/" + "a" * 1000,
    ],
)
def test_any_other_address_is_refused(url: str):
    assert not is_allowed_return_url(url)


def test_nothing_is_allowed_without_an_entry(settings):
    settings.PAYMENT_RETURN_URLS = []

    assert not is_allowed_return_url("https://shop.example/")
