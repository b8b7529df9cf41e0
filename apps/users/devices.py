"""Device names, from what a device calls itself (User-Agent)."""

import re

from apps.users.models import MAX_DEVICE_LENGTH

# The first that is found: every browser claims to be most of those below it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
_product = re.compile(r"[^\s/;()]+(?=/)")


def device_label(text: str) -> str:
    """Return what can be shown of the text: printable, in one line, not too long."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:MAX_DEVICE_LENGTH]


def device_name(label: str) -> str:
    """Return a short name for what a device calls itself: `Chrome, Windows`; of an app its name."""
    found = [next((name for mark, name in names if mark in label), "") for names in (BROWSERS, SYSTEMS)]
    if label.startswith("Mozilla/") and any(found):
        return ", ".join(filter(None, found))
    product = _product.match(label)
    return product[0] if product else label
