"""Published rules of the feeds, each checked on the whole document.

YML: yandex.ru/support/marketplace, "YML", and yandex.ru/support/direct, "feeds/requirements-yml". Google:
support.google.com/merchants, 14987622 and 7052112. Sitemap: sitemaps.org/protocol.html with its schemas
`sitemap.xsd` and `siteindex.xsd`, 0.9. The rules are said here in our own words; no schema is copied.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

G = "{http://base.google.com/ns/1.0}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
MONEY, ADDRESS = r"\d+\.\d{2}", r"https?://\S{4,2000}"
MEASURE = r"[1-9]\d*|\d+\.\d{1,3}"

# Of each element: how often it may be there, and its text.
OFFER = {
    "url": ((1, 1), ADDRESS),
    "price": ((1, 1), MONEY),
    "oldprice": ((0, 1), MONEY),
    "currencyId": ((1, 1), r"RUB|USD|EUR|UAH|KZT|BYN"),
    "categoryId": ((1, 1), r"\d{1,18}"),
    "picture": ((0, 10), ADDRESS),
    "name": ((1, 1), r"(?s).{1,256}"),
    "vendor": ((0, 1), r"(?s).+"),
    "vendorCode": ((0, 1), r"(?s).+"),
    "description": ((0, 1), r"(?s).{1,6000}"),
    "barcode": ((0, 1), r"\d{8}|\d{12,14}"),
    "vat": ((0, 1), r"NO_VAT|VAT_(0|05|07|10|20|22)"),
    "weight": ((0, 1), MEASURE),
    "dimensions": ((0, 1), rf"(?:{MEASURE})(?:/(?:{MEASURE})){{2}}"),
    "min-quantity": ((0, 1), r"[1-9]\d*"),
    "step-quantity": ((0, 1), r"[1-9]\d*"),
    "param": ((0, 500), r"(?s).+"),
}
ITEM = {
    f"{G}id": ((1, 1), r"\S{1,50}"),
    f"{G}title": ((1, 1), r"(?s).{1,150}"),
    f"{G}description": ((1, 1), r"(?s).{1,5000}"),
    f"{G}link": ((1, 1), ADDRESS),
    f"{G}image_link": ((0, 1), ADDRESS),
    f"{G}additional_image_link": ((0, 10), ADDRESS),
    f"{G}condition": ((1, 1), r"new|refurbished|used"),
    f"{G}availability": ((1, 1), r"in_stock|out_of_stock|preorder|backorder"),
    f"{G}price": ((1, 1), rf"{MONEY} [A-Z]{{3}}"),
    f"{G}sale_price": ((0, 1), rf"{MONEY} [A-Z]{{3}}"),
    f"{G}gtin": ((0, 1), r"\d{8}|\d{12,14}"),
    f"{G}brand": ((0, 1), r"(?s).{1,70}"),
    f"{G}identifier_exists": ((0, 1), r"yes|no"),
    f"{G}item_group_id": ((0, 1), r"[A-Za-z0-9_-]{1,50}"),
    **{f"{G}{name}": ((0, 1), r"(?s).{1,200}") for name in ("color", "size", "material", "pattern")},
    f"{G}shipping_weight": ((0, 1), rf"(?:{MEASURE}) kg"),
    **{f"{G}shipping_{name}": ((0, 1), rf"(?:{MEASURE}) cm") for name in ("length", "width", "height")},
}


def yml_breaches(document: bytes) -> list[str]:
    """Return what is not as the rules have it."""
    root = ET.fromstring(document)
    shop = root.find("shop")
    if root.tag != "yml_catalog" or shop is None or len(root) != 1:
        return ["no yml_catalog with one shop"]
    found = [] if _is_moment(root.get("date", "")) else ["no date with an offset"]
    wanted = ["name", "company", "url", "currencies", "categories", "offers"]
    if [child.tag for child in shop] != wanted:
        found.append(f"a shop of {[child.tag for child in shop]}")
    categories = [category.attrib for category in shop.iter("category")]
    ids = {category["id"] for category in categories}
    found += [f"unknown {each}" for each in categories if each.get("parentId", each["id"]) not in ids]
    return found + list(_offer_breaches(shop, ids))


def _offer_breaches(shop: ET.Element, categories: set[str]) -> Iterator[str]:
    currencies = {currency.get("id") for currency in shop.iter("currency")}
    offers = list(shop.iter("offer"))
    yield from _repeated([offer.get("id", "") for offer in offers])
    for offer in offers:
        yield from _breaches(offer, OFFER)
        if not re.fullmatch(r"[A-Za-z0-9]{1,20}", offer.get("id", "")):
            yield "an id that is none"
        if offer.get("available") not in {"true", "false"}:
            yield "no availability"
        if not re.fullmatch(r"\d{1,18}", offer.get("group_id", "0")):
            yield "a group that is no number"
        if offer.findtext("categoryId") not in categories or offer.findtext("currencyId") not in currencies:
            yield "an unknown category or currency"
        if _number(offer.findtext("oldprice", "inf")) <= _number(offer.findtext("price", "")):
            yield "an old price that is not higher"
        if not all(param.get("name") for param in offer.iter("param")):
            yield "a param without a name"


def google_breaches(document: bytes) -> list[str]:
    """Return what is not as the rules have it."""
    root = ET.fromstring(document)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None or len(root) != 1:
        return ["no RSS 2.0 with one channel"]
    head = [child.tag for child in channel if child.tag != "item"]
    found = [] if head == ["title", "link", "description"] else [f"a channel of {head}"]
    found += _repeated([item.findtext(f"{G}id", "") for item in channel.iter("item")])
    for item in channel.iter("item"):
        found += _breaches(item, ITEM)
        price, sale = (item.findtext(f"{G}{name}", "").partition(" ")[0] for name in ("price", "sale_price"))
        if sale and _number(sale) >= _number(price):
            found.append("a sale price that is not lower")
    return found


def index_breaches(document: bytes) -> list[str]:
    """Return what is not as the rules have it."""
    return _map_breaches(document, "sitemapindex", "sitemap")


def sitemap_breaches(document: bytes) -> list[str]:
    """Return what is not as the rules have it."""
    return _map_breaches(document, "urlset", "url")


def _map_breaches(document: bytes, root_tag: str, tag: str) -> list[str]:
    root = ET.fromstring(document)
    found = [] if root.tag == f"{MAP}{root_tag}" else [f"a {root.tag}"]
    if not 1 <= len(root) <= 50_000 or len(document) > 50 * 2**20:
        found.append("too few or too many")
    hosts = set()
    for entry in root:
        found += [] if entry.tag == f"{MAP}{tag}" else [f"a {entry.tag}"]
        place, changed = entry.findtext(f"{MAP}loc", ""), entry.findtext(f"{MAP}lastmod", "")
        hosts.add(place.split("/")[2:3].pop())
        if not (re.fullmatch(ADDRESS, place) and 12 <= len(place) <= 2048 and _is_moment(changed)):
            found.append(f"an entry {place} {changed}")
    return found + (["several hosts"] if len(hosts) > 1 else []) + _repeated([e[0].text or "" for e in root])


def _breaches(element: ET.Element, rules: dict[str, tuple[tuple[int, int], str]]) -> Iterator[str]:
    counts = Counter(child.tag for child in element)
    yield from (f"a {tag}" for tag in counts if tag not in rules)
    for tag, ((at_least, at_most), _text) in rules.items():
        if not at_least <= counts[tag] <= at_most:
            yield f"{counts[tag]} × {tag}"
    for child in element:
        if child.tag in rules and not re.fullmatch(rules[child.tag][1], child.text or ""):
            yield f"{child.tag}: {child.text}"


def _number(text: str) -> Decimal:
    """Return the number; one that is none has been found already."""
    return Decimal(text) if re.fullmatch(rf"{MONEY}|inf", text) else Decimal(0)


def _repeated(values: list[str]) -> list[str]:
    return [f"{value} twice" for value, count in Counter(values).items() if count > 1]


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
