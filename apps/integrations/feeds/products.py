"""Products as all feeds show them: read in chunks, with the price that a customer pays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db.models import Prefetch
from django.utils.functional import cached_property

from apps.catalog.image_files import rendition_url
from apps.catalog.models import BRAND, TAG, Product, ProductAttribute, ProductImage, ProductOption
from apps.catalog.product_taxes import ShownTaxRates, shown_tax_rates
from apps.catalog.shown_attributes import shown_attributes
from apps.core.days import today
from apps.core.money import tax_of
from apps.store.configuration_cache import current_configuration

CHUNK = 500  # products that are read at once, by one statement for each table
MAX_PICTURES = 10
_SHOWN: tuple[Any, ...] = (  # the types of three models in one tuple
    Prefetch("images", ProductImage.objects.ready(), to_attr="ready_images"),
    Prefetch("attributes", ProductAttribute.objects.select_related("attribute", "value")),
    Prefetch("options", ProductOption.objects.select_related("option")),
)
_LONG = ("search_text", "search_terms", "meta_title", "meta_description")  # and in no feed


@dataclass(frozen=True)
class Param:
    """A property of a product, in words."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True)
class Offer:
    """A product with the prices that a customer pays; `old_price` is a higher one, crossed out."""

    product: Product
    rate: Decimal | None  # of tax, in percent; None: without VAT
    price: Decimal
    old_price: Decimal | None

    @classmethod
    def of(cls, product: Product, rates: ShownTaxRates) -> Self:
        """Return the product at the rate of today."""
        shown = rates[product.tax_class_id, product.category_id]
        rate = None if shown is None else Decimal(shown)
        before = product.compare_at_price  # above the price, or none: the database sees to it
        return cls(product, rate, _paid(product.price, rate), None if before is None else _paid(before, rate))

    @property
    def is_available(self) -> bool:
        """Tell whether there are as many as have to be bought at least."""
        return self.product.stock >= self.product.min_quantity

    @property
    def url(self) -> str:
        """Return the address of its page in the shop."""
        return product_url(self.product.pk, self.product.slug)

    @property
    def pictures(self) -> list[str]:
        """Return the addresses of its pictures, each in its largest size."""
        ready = self.product.ready_images[:MAX_PICTURES]
        return [rendition_url(image.sha256 or "", image.widths[-1]) for image in ready]

    @property
    def brand(self) -> str:
        """Return what brand it is of; empty where that is not known."""
        return next((shown["values"][0] for shown in self._attributes if shown["code"] == BRAND), "")

    @property
    def params(self) -> Iterator[Param]:
        """Yield what it is described by: the options that tell it from its variants, then the attributes."""
        options = {option.option.name: option.value for option in self.product.options.all()}
        yield from (Param(name, value) for name, value in options.items())
        for shown in self._attributes:
            if shown["code"] not in {BRAND, TAG} and shown["name"] not in options:
                yield from (Param(shown["name"], value, shown["unit"]) for value in shown["values"])

    @cached_property
    def _attributes(self) -> list[dict[str, Any]]:
        return shown_attributes(self.product.attributes.all())


def product_url(pk: int, slug: str) -> str:
    """Return the address of a product's page in the shop."""
    template: str = settings.PRODUCT_URL_TEMPLATE
    return template.replace("{id}", str(pk)).replace("{slug}", slug)


def offers_after(last_id: int, rates: ShownTaxRates) -> list[Offer]:
    """Return the next products on sale, by id, as many as are read at once."""
    products = Product.objects.on_sale().filter(pk__gt=last_id).order_by("pk")
    chunk = products.defer(*_LONG).prefetch_related(*_SHOWN)[:CHUNK]
    return [Offer.of(product, rates) for product in chunk]


def rates_of_today() -> ShownTaxRates:
    """Return the rates that products are taxed at."""
    return shown_tax_rates(current_configuration(), today())


def in_units(number: int, of: int) -> str:
    """Return a number of grams or millimetres in units that have so many of them, exactly."""
    return f"{(Decimal(number) / of).normalize():f}"


def sizes_in_cm(product: Product) -> Sequence[str]:
    """Return length, width and height in centimetres; nothing where one of them is not known."""
    sizes = (product.length_mm, product.width_mm, product.height_mm)
    return [in_units(size, 10) for size in sizes if size] if all(sizes) else ()


def _paid(price: Decimal, rate: Decimal | None) -> Decimal:
    return price if settings.PRICES_INCLUDE_TAX else price + tax_of(price, rate, included=False)
