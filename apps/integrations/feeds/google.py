"""Feed of Google Merchant Center: RSS 2.0 with its namespace.

By support.google.com/merchants/answer/14987622 (RSS) and 7052112 (what the elements mean).
"""

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings

from apps.core.money import money_text
from apps.integrations.feeds.products import Offer, in_units, sizes_in_cm
from apps.integrations.feeds.xml import DECLARATION, element
from apps.integrations.models import Feed

MAX_TITLE, MAX_DESCRIPTION, MAX_BRAND = 150, 5000, 70  # characters
GRAMS_IN_KG = 1000
VARIES_BY = {"color", "size", "material", "pattern"}  # codes of options that have an element of their own
END = "</channel>\n</rss>\n"


def head(feed: Feed) -> Iterator[str]:
    """Yield what comes before the items: the shop."""
    site = urlsplit(settings.PRODUCT_URL_TEMPLATE)
    yield f'{DECLARATION}<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    yield element("title", settings.STORE_NAME)
    yield element("link", f"{site.scheme}://{site.netloc}")
    yield element("description", settings.STORE_NAME)


def item_row(offer: Offer) -> str:
    """Return a product as an item."""
    return "".join(_lines(offer))


def _lines(offer: Offer) -> Iterator[str]:
    product = offer.product
    yield "<item>\n"
    yield element("g:id", str(product.pk))
    yield element("g:title", product.name[:MAX_TITLE])
    yield element("g:description", (product.description or product.name)[:MAX_DESCRIPTION])
    yield element("g:link", offer.url)
    for number, picture in enumerate(offer.pictures):
        yield element("g:additional_image_link" if number else "g:image_link", picture)
    yield element("g:condition", "new")
    yield element("g:availability", "in_stock" if offer.is_available else "out_of_stock")
    yield element("g:price", _money(offer.old_price or offer.price))
    if offer.old_price:
        yield element("g:sale_price", _money(offer.price))
    yield from _identifiers(offer)
    yield from _measures(offer)
    yield "</item>\n"


def _identifiers(offer: Offer) -> Iterator[str]:
    product = offer.product
    if product.barcode:
        yield element("g:gtin", product.barcode)
    if brand := offer.brand:
        yield element("g:brand", brand[:MAX_BRAND])
    if not (product.barcode or brand):
        yield element("g:identifier_exists", "no")
    if product.group_id:
        yield element("g:item_group_id", str(product.group_id))
    for option in product.options.all():
        if option.option.code in VARIES_BY:
            yield element(f"g:{option.option.code}", option.value)


def _measures(offer: Offer) -> Iterator[str]:
    product = offer.product
    if product.weight_g:
        yield element("g:shipping_weight", f"{in_units(product.weight_g, GRAMS_IN_KG)} kg")
    for name, size in zip(("length", "width", "height"), sizes_in_cm(product), strict=False):
        yield element(f"g:shipping_{name}", f"{size} cm")


def _money(amount: Decimal) -> str:
    return f"{money_text(amount)} {settings.STORE_CURRENCY}"
