"""Feed of Yandex Market, in YML (yandex.ru/support/marketplace, "YML"; yandex.ru/support/direct, "feeds")."""

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from apps.catalog.models import Category
from apps.core.money import money_text
from apps.integrations.feeds.products import Offer, in_units, sizes_in_cm
from apps.integrations.feeds.xml import DECLARATION, element
from apps.integrations.models import Feed
from apps.store.models import Seller

MAX_DESCRIPTION = 6000  # characters
CATEGORIES_AT_ONCE = 1000
GRAMS_IN_KG = 1000
# Names of Russian rates, by percent; other countries' have none.
VAT_NAMES = {
    None: "NO_VAT",
    Decimal(0): "VAT_0",
    Decimal(5): "VAT_05",
    Decimal(7): "VAT_07",
    Decimal(10): "VAT_10",
    Decimal(20): "VAT_20",
    Decimal(22): "VAT_22",
}
END = "</offers>\n</shop>\n</yml_catalog>\n"


def head(feed: Feed) -> Iterator[str]:
    """Yield what comes before the offers: the shop, its currency, and its categories as of now."""
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    seller = Seller.objects.active()
    site = urlsplit(settings.PRODUCT_URL_TEMPLATE)
    yield f'{DECLARATION}<yml_catalog date="{now.isoformat(timespec="minutes")}">\n<shop>\n'
    yield element("name", settings.STORE_NAME)
    yield element("company", seller.legal_name if seller else settings.STORE_NAME)
    yield element("url", f"{site.scheme}://{site.netloc}")
    yield f'<currencies>\n<currency id="{settings.STORE_CURRENCY}" rate="1"/>\n</currencies>\n<categories>\n'
    rows = Category.objects.on_sale().order_by("pk").values_list("pk", "parent_id", "name")
    for pk, parent_id, name in rows.iterator(CATEGORIES_AT_ONCE):
        parent = {} if parent_id is None else {"parentId": str(parent_id)}
        yield element("category", name, id=str(pk), **parent)
    yield "</categories>\n<offers>\n"


def offer_row(offer: Offer) -> str:
    """Return a product as an offer."""
    return "".join(_lines(offer))


def _lines(offer: Offer) -> Iterator[str]:
    product = offer.product
    group = f' group_id="{product.group_id}"' if product.group_id else ""
    yield f'<offer id="{product.pk}" available="{"true" if offer.is_available else "false"}"{group}>\n'
    yield element("url", offer.url)
    yield element("price", money_text(offer.price))
    if offer.old_price:
        yield element("oldprice", money_text(offer.old_price))
    yield element("currencyId", settings.STORE_CURRENCY)
    yield element("categoryId", str(product.category_id))
    for picture in offer.pictures:
        yield element("picture", picture)
    yield element("name", product.name)
    if brand := offer.brand:
        yield element("vendor", brand)
    yield element("vendorCode", product.sku)
    if product.description:
        yield element("description", product.description[:MAX_DESCRIPTION])
    yield from _figures(offer)
    for param in offer.params:
        unit = {"unit": param.unit} if param.unit else {}
        yield element("param", param.value, name=param.name, **unit)
    yield "</offer>\n"


def _figures(offer: Offer) -> Iterator[str]:
    product = offer.product
    if product.barcode:
        yield element("barcode", product.barcode)
    if settings.STORE_COUNTRY == "RU" and offer.rate in VAT_NAMES:
        yield element("vat", VAT_NAMES[offer.rate])
    if product.weight_g:
        yield element("weight", in_units(product.weight_g, GRAMS_IN_KG))
    if sizes := sizes_in_cm(product):
        yield element("dimensions", "/".join(sizes))
    if product.min_quantity > 1:
        yield element("min-quantity", str(product.min_quantity))
    if product.quantity_step > 1:
        yield element("step-quantity", str(product.quantity_step))
