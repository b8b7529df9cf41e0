"""Readers of addresses of the web: of the store, of its apps, of the carrier, and origins."""

import re

from online_store.env.addresses import Form
from online_store.env.hosts import is_local
from online_store.env.values import Reader, Unusable

DEFAULT_PORTS = {"http": 80, "https": 443}
# What a browser would run, or read from the customer's own machine.
UNSAFE_SCHEMES = ("about", "blob", "data", "file", "javascript", "vbscript")
RETURN_EXPECTED = (
    "beginnings of addresses, comma-separated, with a plain path or none: https://shop.example/paid, "
    "http://localhost:* (any port), myshop:// (an app's own scheme)"
)
MAX_PRODUCT_ADDRESS = 300  # characters
PRODUCT_EXPECTED = (
    "an address with https:// and a place for {slug} or {id}, such as https://shop.example/p/{slug}"
)
# Pages of apps that browsers run without a web server: Capacitor, Ionic, Tauri.
APP_SCHEMES = ("capacitor", "ionic", "tauri")

WEB = Form(
    schemes=("http", "https"),
    expected="an address that begins with http:// or https://, such as https://shop.example",
)


def web_address(text: str) -> str:
    """Return an absolute http(s) address without a trailing slash, to which a path can be added."""
    if re.search(r"[?#]", text):
        raise Unusable(f"must be {WEB.expected}, without ? and #")
    address = WEB.split(text)
    if not address.host:
        raise Unusable(f"must be {WEB.expected}")
    if address.user or address.password or "@" in text:
        raise Unusable(f"must be {WEB.expected}, without a user or password")
    if re.search(r'[<>"\\^`{|}]', text):
        raise Unusable(f"must be {WEB.expected}, with special characters percent-encoded")
    return text.rstrip("/")


def is_safe(address: str) -> bool:
    """Tell whether what is sent there is encrypted, or stays on this machine."""
    return not address or address.startswith("https:") or is_local(WEB.split(address).host)


def app_address(text: str) -> str:
    """Return an address as above; it may end in the # of an app that finds its pages behind one."""
    address, hash_sign, path = text.partition("#")
    if not re.fullmatch(r"[A-Za-z0-9/._~-]*", path):
        raise Unusable(f"must be {WEB.expected}, or https://shop.example/# for an app with such paths")
    return f"{web_address(address)}/#{path.rstrip('/')}" if hash_sign else web_address(address)


def product_address(text: str) -> str:
    """Return the address of any product's page, in which `{slug}` or `{id}` stands for which one it is.

    It is at most 300 characters long: 50,000 of them, which a sitemap may list, are below its 50 MB.
    """
    host, _slash, path = text.removeprefix("https://").partition("/")
    if not (
        text.startswith("https://")
        and len(text) <= MAX_PRODUCT_ADDRESS
        and re.search(r"\{(slug|id)\}", path)
        and re.fullmatch(r"(?:[A-Za-z0-9/._~?&=%+:;,@!$'()*-]|\{slug\}|\{id\})+", path)
    ):
        raise Unusable(f"must be {PRODUCT_EXPECTED}")
    web_address(f"https://{host}")
    return text


def return_address(text: str) -> str:
    """Return the beginning of addresses that customers may be led back to.

    It is one of the web, whose port may be `*`, or one with an app's own scheme, which may stand alone.
    """
    match = re.fullmatch(r"([a-z][a-z0-9+.-]*)://([^/?#]*?)(:\*)?((?:/[A-Za-z0-9._~-]*)*)", text)
    if not match or match[1] in UNSAFE_SCHEMES or {".", ".."} & set(match[4].split("/")):
        raise Unusable(f"must be {RETURN_EXPECTED}")
    scheme, host, port, path = match.groups(default="")
    if scheme in WEB.schemes:
        web_address(f"{scheme}://{host}")
    elif port or not re.fullmatch(r"[A-Za-z0-9._~-]*", host):
        raise Unusable(f"must be {RETURN_EXPECTED}")
    return f"{scheme}://{host}{port}{path}"


def origin(*, wildcards: bool = False, apps: bool = False) -> Reader[str]:
    """Return a reader of origins as browsers write them: scheme://host[:port] in small letters.

    With `wildcards` the host may begin with `*.`, with `apps` it may be one of an app without a web server.
    """
    subdomains = " or https://*.shop.example" if wildcards else ""
    form = Form(
        schemes=("http", "https", *(APP_SCHEMES if apps else ())),
        expected=f"origins, comma-separated, each with its scheme and without a path: https://shop.example{subdomains}",
    )

    def read(text: str) -> str:
        star = "*." if wildcards and "://*." in text else ""
        address = form.split(text.replace("://*.", "://", 1) if star else text)
        if not address.host or address.user or "@" in text or "/" in text.split("://")[1] or "?" in text:
            raise Unusable(f"must be {form.expected}")
        name = f"[{address.host}]" if ":" in address.host else address.host
        # A browser leaves the usual port out.
        port = "" if address.port in {None, DEFAULT_PORTS.get(address.scheme)} else f":{address.port}"
        return f"{address.scheme}://{star}{name}{port}"

    return read
