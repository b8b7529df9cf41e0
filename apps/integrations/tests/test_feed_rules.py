"""Feeds keep to the published rules of their formats, whatever people have typed."""

from collections.abc import Callable

import pytest

from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.integrations.tests.feed_rules import (
    google_breaches,
    index_breaches,
    sitemap_breaches,
    yml_breaches,
)
from apps.integrations.tests.feeds import (
    GOOGLE,
    SITEMAP,
    YML,
    fetched,
    items,
    make_feeds,
    make_rich_product,
    offers,
)

DOCUMENTS: dict[str, Callable[[bytes], list[str]]] = {
    YML: yml_breaches,
    GOOGLE: google_breaches,
    SITEMAP: index_breaches,
    "/sitemap-1.xml": sitemap_breaches,
}
# What YAML, HTML and XML trip over, and characters that XML 1.0 forbids. NUL is none that a column takes.
TYPED = "<b>&amp;</b> ]]> <!-- -->'\"\t\n\r" + "".join(map(chr, range(1, 32))) + "\x7f\x85\ufffe\uffff😀"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.mark.parametrize("address", DOCUMENTS)
def test_feed_keeps_to_the_rules(address: str):
    category = make_category(name=TYPED, parent=make_category())
    make_rich_product(category)
    make_product(name=TYPED, sku=TYPED, description=TYPED, category=category, price="0.01")
    make_products(3, stock=0, compare_at_price="99999999.99", category=category)

    make_feeds()

    assert DOCUMENTS[address](fetched(address)) == []


def test_typed_text_comes_back_without_the_characters_that_xml_forbids():
    product = make_product(description=TYPED)

    make_feeds()

    # A parser makes a line feed of each end of a line (XML 1.0, 2.11).
    wanted = "<b>&amp;</b> ]]> <!-- -->'\"\t\n\n" + "\t\n\n" + "\x7f\x85😀"
    assert offers()[str(product.pk)].findtext("description") == wanted
    assert items()[str(product.pk)].findtext("{http://base.google.com/ns/1.0}description") == wanted


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        (YML, b"<price>10.00", b"<price>10,00"),
        (YML, b"<categoryId>", b"<categoryId>9"),
        (YML, b"<vendorCode>", b"<url>https://a.example/</url><vendorCode>"),
        (YML, b"<currencies>", b"<offers/><currencies>"),
        (GOOGLE, b"10.00 RUB", b"10.00"),
        (GOOGLE, b"in_stock", b"in stock"),
        (SITEMAP, b"<lastmod>", b"<lastmod>x"),
        ("/sitemap-1.xml", b"<loc>https://", b"<loc>"),
    ],
)
def test_rules_find_what_is_wrong(address: str, before: bytes, after: bytes):
    make_product()
    make_feeds()
    document = fetched(address)
    assert before in document

    assert DOCUMENTS[address](document.replace(before, after)) != []
