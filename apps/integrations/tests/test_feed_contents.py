"""What the feeds say of products: every product on sale once, with the price that a customer pays."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine

from apps.catalog.tests.factories import make_categories, make_category, make_product, make_products
from apps.integrations.feeds import products as chunks
from apps.integrations.tests.feeds import (
    GOOGLE,
    MAP,
    SITEMAP,
    YML,
    fetched,
    items,
    listed,
    make_feeds,
    make_rich_product,
    offers,
    texts,
)
from apps.store.tests.factories import shipped_tax_class
from apps.store.tests.sellers import make_seller

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def test_every_product_on_sale_is_in_each_feed_once(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 3)
    top = make_category()
    hidden = make_category(parent=make_category(parent=top, is_active=False))
    on_sale = make_products(7, category=make_category(parent=top)) + make_products(1, stock=0, category=top)
    make_products(2, category=hidden)
    make_products(2, is_active=False, category=top)

    make_feeds()

    ids = {str(product.pk) for product in on_sale}
    assert len(ids) == 8
    assert offers().keys() == items().keys() == ids
    assert sorted(listed()) == sorted(
        f"https://shop.example/p/{product.slug}?id={product.pk}&from=feed" for product in on_sale
    )


def test_yml_says_all_that_is_known_of_a_product():
    category = make_category()
    product = make_rich_product(category)

    make_feeds()

    offer = offers()[str(product.pk)]
    assert offer.attrib == {"id": str(product.pk), "available": "true", "group_id": str(product.group_id)}
    pictures = [f"{n:064x}" for n in range(11, 1, -1)]
    assert texts(offer) == [
        ("url", f"https://shop.example/p/kettle?id={product.pk}&from=feed"),
        ("price", "1990.00"),
        ("oldprice", "2490.50"),
        ("currencyId", "RUB"),
        ("categoryId", str(category.pk)),
        *(("picture", f"http://127.0.0.1:8000/media/products/{n[:2]}/{n}-700.webp") for n in pictures),
        ("name", "Kettle <1.7 l> & lid"),
        ("vendor", "Bork & Co"),
        ("vendorCode", "K-17"),
        ("description", 'Boils "fast" ]]> '),
        ("barcode", "4006381333931"),
        ("vat", "NO_VAT"),
        ("weight", "1.25"),
        ("dimensions", "20.5/15/100"),
        ("min-quantity", "2"),
        ("step-quantity", "2"),
        ("param", "красный"),
        ("param", "2200.5"),
        ("param", "да"),
    ]
    assert [param.attrib for param in offer.iter("param")] == [
        {"name": "Цвет"},
        {"name": "Мощность", "unit": "Вт"},
        {"name": "Свисток"},
    ]


def test_google_says_all_that_is_known_of_a_product():
    product = make_rich_product(make_category())

    make_feeds()

    pictures = [f"http://127.0.0.1:8000/media/products/00/{n:064x}-700.webp" for n in range(11, 1, -1)]
    assert texts(items()[str(product.pk)]) == [
        ("g:id", str(product.pk)),
        ("g:title", "Kettle <1.7 l> & lid"),
        ("g:description", 'Boils "fast" ]]> '),
        ("g:link", f"https://shop.example/p/kettle?id={product.pk}&from=feed"),
        ("g:image_link", pictures[0]),
        *(("g:additional_image_link", picture) for picture in pictures[1:]),
        ("g:condition", "new"),
        ("g:availability", "in_stock"),
        ("g:price", "2490.50 RUB"),
        ("g:sale_price", "1990.00 RUB"),
        ("g:gtin", "4006381333931"),
        ("g:brand", "Bork & Co"),
        ("g:item_group_id", str(product.group_id)),
        ("g:color", "красный"),
        ("g:shipping_weight", "1.25 kg"),
        ("g:shipping_length", "20.5 cm"),
        ("g:shipping_width", "15 cm"),
        ("g:shipping_height", "100 cm"),
    ]


def test_bare_product_that_is_sold_out_says_so():
    product = make_product(stock=0, name="Cup", slug="cup", description="", price="0.10")

    make_feeds()

    offer, item = offers()[str(product.pk)], items()[str(product.pk)]
    assert offer.attrib == {"id": str(product.pk), "available": "false"}
    assert [tag for tag, _text in texts(offer)] == [
        *("url", "price", "currencyId", "categoryId", "name", "vendorCode", "vat"),
    ]
    assert texts(item)[2:] == [
        ("g:description", "Cup"),
        ("g:link", f"https://shop.example/p/cup?id={product.pk}&from=feed"),
        ("g:condition", "new"),
        ("g:availability", "out_of_stock"),
        ("g:price", "0.10 RUB"),
        ("g:identifier_exists", "no"),
    ]


@pytest.mark.parametrize(
    ("includes_tax", "tax_class", "price", "before", "vat"),
    [
        (True, "standard", ("9.99", "9.99 RUB"), "19.99", "VAT_22"),
        (False, "standard", ("12.19", "12.19 RUB"), "24.39", "VAT_22"),
        (False, "reduced", ("10.99", "10.99 RUB"), "21.99", "VAT_10"),
        (False, "zero", ("9.99", "9.99 RUB"), "19.99", "VAT_0"),
        (False, "none", ("9.99", "9.99 RUB"), "19.99", "NO_VAT"),
    ],
)
@time_machine.travel("2026-03-01T12:00Z", tick=False)
def test_prices_are_those_that_a_customer_pays(
    settings: Any, includes_tax: bool, tax_class: str, price: tuple[str, str], before: str, vat: str
):
    settings.PRICES_INCLUDE_TAX = includes_tax
    product = make_product(
        price="9.99", compare_at_price="19.99", category=make_category(tax_class=shipped_tax_class(tax_class))
    )

    make_feeds()

    offer, item = offers()[str(product.pk)], dict(texts(items()[str(product.pk)]))
    assert (offer.findtext("price"), item["g:sale_price"]) == price
    assert (offer.findtext("oldprice"), item["g:price"]) == (before, f"{before} RUB")
    assert offer.findtext("vat") == vat


def test_less_than_has_to_be_bought_is_not_available():
    product = make_product(stock=2, min_quantity=3)

    make_feeds()

    assert offers()[str(product.pk)].attrib["available"] == "false"
    assert dict(texts(items()[str(product.pk)]))["g:availability"] == "out_of_stock"


def test_rates_of_other_countries_have_no_name_in_yml(settings):
    settings.STORE_COUNTRY = "DE"
    product = make_product()

    make_feeds()

    assert offers()[str(product.pk)].find("vat") is None


@time_machine.travel("2026-03-01T12:00Z", tick=False)
def test_yml_begins_with_the_shop_and_its_visible_categories(settings):
    settings.STORE_NAME = "Tea & Co"
    make_seller(legal_name='ООО "Чай"')
    top = make_category(name="Tea")
    below = make_category(name="Black <tea>", parent=top)
    make_categories(1, parent=top, is_active=False)
    make_feeds()

    root = ET.fromstring(fetched(YML))

    assert root.attrib == {"date": "2026-03-01T12:00+00:00"}
    assert [(child.tag, child.text) for child in root[0]][:3] == [
        ("name", "Tea & Co"),
        ("company", 'ООО "Чай"'),
        ("url", "https://shop.example"),
    ]
    assert [currency.attrib for currency in root[0].iter("currency")] == [{"id": "RUB", "rate": "1"}]
    assert [(each.attrib, each.text) for each in root[0].iter("category")] == [
        ({"id": str(top.pk)}, "Tea"),
        ({"id": str(below.pk), "parentId": str(top.pk)}, "Black <tea>"),
    ]


def test_sitemap_says_when_pages_were_changed_last():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        old = make_product()
    with time_machine.travel("2026-03-02T08:00Z", tick=False):
        make_product(category=old.category)

    make_feeds()

    index, file = ET.fromstring(fetched(SITEMAP)), ET.fromstring(fetched("/sitemap-1.xml"))
    assert [(each.tag, each.text) for each in index[0]] == [
        (f"{MAP}loc", "http://127.0.0.1:8000/sitemap-1.xml"),
        (f"{MAP}lastmod", "2026-03-02T08:00:00+00:00"),
    ]
    assert [each.text for each in file.iter(f"{MAP}lastmod")] == [
        "2026-03-01T12:00:30+00:00",
        "2026-03-02T08:00:00+00:00",
    ]


def test_texts_are_cut_to_what_the_readers_take():
    product = make_product(name="n" * 255, description="d" * 7000)

    make_feeds()

    offer, item = dict(texts(offers()[str(product.pk)])), dict(texts(items()[str(product.pk)]))
    assert {len(offer["name"]), len(offer["description"])} == {255, 6000}
    assert (len(item["g:title"]), len(item["g:description"])) == (150, 5000)
    assert fetched(GOOGLE).startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"')
