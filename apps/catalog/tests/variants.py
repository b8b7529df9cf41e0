"""Groups of variants for tests."""

from typing import Any

from apps.catalog.models import Product, ProductGroup
from apps.catalog.services import WantedOption, create_group
from apps.catalog.tests.factories import make_product
from apps.catalog.variants import OptionValue

SIZE = WantedOption("size", "Размер", "Size")
COLOUR = WantedOption("colour", "Цвет", "Colour")


def values(**texts: str) -> dict[str, OptionValue]:
    """Return values by the codes of their options; `красный/red` is one in both languages."""
    return {code: OptionValue(*text.split("/")) for code, text in texts.items()}


def make_group(*variants: tuple[Product, dict[str, OptionValue]], **fields: Any) -> ProductGroup:
    """Make a group of these products, with the options that they have values of."""
    codes = dict.fromkeys(code for _product, of_product in variants for code in of_product)
    known = {option.code: option for option in (SIZE, COLOUR)}
    return create_group(
        options=[known[code] for code in codes],
        variants={product.pk: of_product for product, of_product in variants},
        **{"name": "Футболка", **fields},
    )


def make_shirts(*sizes: str, **fields: Any) -> list[Product]:
    """Make a group of shirts in these sizes, and return them."""
    shirts = [make_product(**{"name": f"Футболка {size}", **fields}) for size in sizes]
    make_group(*((shirt, values(size=size)) for shirt, size in zip(shirts, sizes, strict=True)))
    return [Product.objects.select_related("group").get(pk=shirt.pk) for shirt in shirts]
