"""A device is called as people call it."""

import pytest

from apps.users.devices import device_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 YaBrowser/25.8 Safari/537.36",
            "Yandex Browser, Windows",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("okhttp/4.12.0", "okhttp"),
        ("ShopApp/2.1 (iPhone; iOS 18.6)", "ShopApp"),
        ("Anna's phone", "Anna's phone"),
        ("", ""),
    ],
)
def test_device_is_called_by_browser_and_system_or_by_the_name_of_the_app(label, name):
    assert device_name(label) == name
