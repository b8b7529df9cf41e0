"""Feeds in tests: made by their jobs, and looked into as their readers do."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client

from apps.catalog.models import (
    Attribute,
    AttributeValue,
    Category,
    GroupOption,
    Product,
    ProductAttribute,
    ProductGroup,
    ProductImage,
    ProductOption,
)
from apps.catalog.tests.factories import make_product
from apps.integrations.services import order_feeds
from apps.jobs.runner import run_due_jobs

TEMPLATE = "https://shop.example/p/{slug}?id={id}&from=feed"
YML, GOOGLE, SITEMAP = "/feeds/yml.xml", "/feeds/google.xml", "/sitemap.xml"
G = "{http://base.google.com/ns/1.0}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def shop(settings: Any, tmp_path: Any) -> None:
    """Set feeds up, with a folder of their own."""
    storage = settings.STORAGES["feeds"]
    options = storage["OPTIONS"] | {"location": tmp_path / "feeds"}
    settings.STORAGES = {**settings.STORAGES, "feeds": {**storage, "OPTIONS": options}}
    settings.PRODUCT_URL_TEMPLATE = TEMPLATE


def make_feeds() -> None:
    order_feeds()
    run_due_jobs()


def fetched(address: str) -> bytes:
    """Return what is served at the address."""
    response: Any = Client().get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content)


def offers() -> dict[str, ET.Element]:
    """Return the offers of the YML by id, each of which is there once."""
    found = ET.fromstring(fetched(YML)).findall("shop/offers/offer")
    by_id = {offer.attrib["id"]: offer for offer in found}
    assert len(by_id) == len(found)
    return by_id


def items() -> dict[str, ET.Element]:
    """Return the items of Google's feed by id, each of which is there once."""
    found = ET.fromstring(fetched(GOOGLE)).findall("channel/item")
    by_id = {item.findtext(f"{G}id", ""): item for item in found}
    assert len(by_id) == len(found)
    return by_id


def listed() -> list[str]:
    """Return the addresses of the sitemap."""
    index = ET.fromstring(fetched(SITEMAP))
    files = [place.text or "" for place in index.iter(f"{MAP}loc")]
    return [
        place.text or ""
        for file in files
        for place in ET.fromstring(fetched(file.removeprefix(settings.STORE_URL))).iter(f"{MAP}loc")
    ]


def texts(element: ET.Element) -> list[tuple[str, str]]:
    """Return the children with their texts, in order."""
    return [(child.tag.replace(G, "g:"), child.text or "") for child in element]


def make_rich_product(category: Category) -> Product:
    """Make a variant that has everything that a feed can say."""
    group = ProductGroup.objects.create(name="Kettles", slug="kettles")
    product = make_product(
        category=category,
        group=group,
        options_key="x",
        name="Kettle <1.7 l> & \x0blid",
        slug="kettle",
        sku="K-17",
        description='Boils "fast"\x0c ]]> \ufffe',
        price=Decimal("1990.00"),
        compare_at_price=Decimal("2490.50"),
        barcode="4006381333931",
        weight_g=1250,
        length_mm=205,
        width_mm=150,
        height_mm=1000,
        stock=3,
        min_quantity=2,
        quantity_step=2,
    )
    describe(product)
    ProductImage.objects.bulk_create(
        ProductImage(product=product, position=12 - n, status="ready", sha256=f"{n:064x}", width=700)
        for n in range(12)
    )
    ProductImage.objects.create(product=product, status="pending", sha256="f" * 64)
    return product


def describe(product: Product) -> None:
    """Give the product a brand, a tag, an option of its group, and an attribute of each type."""
    brand, tag = Attribute.objects.get(code="brand"), Attribute.objects.get(code="tag")
    for attribute, code, name in ((brand, "bork", "Bork & Co"), (tag, "new", "Новинка")):
        value = AttributeValue.objects.create(attribute=attribute, value=code, name_ru=name)
        ProductAttribute.objects.create(product=product, attribute=attribute, value=value)
    power = Attribute.objects.create(code="power", name_ru="Мощность", unit="Вт", type="number", position=2)
    ProductAttribute.objects.create(product=product, attribute=power, number=Decimal("2200.5000"))
    whistle = Attribute.objects.create(code="whistle", name_ru="Свисток", type="bool", position=3)
    ProductAttribute.objects.create(product=product, attribute=whistle, bool=True)
    colour = Attribute.objects.create(code="colour", name_ru="Цвет", type="text", position=4)
    ProductAttribute.objects.create(product=product, attribute=colour, text="reddish")
    option = GroupOption.objects.create(group=product.group, code="color", name_ru="Цвет")
    ProductOption.objects.create(product=product, option=option, value_ru="красный")
