"""Rows of the catalogue for tests, with only what matters to a test to be named in it."""

from itertools import count
from typing import Any

from django.db import transaction

from apps.catalog import stock
from apps.catalog.models import (
    Attribute,
    AttributeType,
    AttributeValue,
    Category,
    Product,
    ProductAttribute,
    ProductImage,
    StockMovement,
)

# What a product shows in a list that has no reduction, tax class, weight, size, number or picture.
PLAIN: dict[str, Any] = {
    **dict.fromkeys(("compare_at_price", "lowest_price_30d", "discount_percent", "tax_class", "tax_rate")),
    **dict.fromkeys(("weight_g", "length_mm", "width_mm", "height_mm", "barcode", "external_id")),
    "unit": "",
    "min_quantity": 1,
    "quantity_step": 1,
    "image": None,
    "group_size": None,
}
# What a detail shows besides of a product that has nothing in other tables.
BARE: dict[str, Any] = {
    "meta_title": "",
    "meta_description": "",
    "images": [],
    "group": None,
    "attributes": [],
    "related": [],
}
# What a list says that was found by what was asked for.
FOUND_AS_ASKED = {"search_widened": False, "did_you_mean": None}
ORDER_ID = 1_000_000  # of no order
_numbers = count(1)


def make_category(**values: Any) -> Category:
    return Category.objects.create(**_with_defaults("Category", values))


def make_categories(number: int, **values: Any) -> list[Category]:
    return Category.objects.bulk_create(
        Category(**_with_defaults("Category", values)) for _row in range(number)
    )


def make_product(**values: Any) -> Product:
    return make_products(1, **values)[0]


def make_products(number: int, **values: Any) -> list[Product]:
    """Make products of one category, all at once."""
    category = values.pop("category", None) or make_category()
    products = Product.objects.bulk_create(
        Product(**_product_defaults({**values, "category": category})) for _row in range(number)
    )
    StockMovement.objects.bulk_create(
        StockMovement(product=product, kind="received", delta=product.stock, stock=product.stock)
        for product in products
        if product.stock
    )
    return products


def make_attribute(code: str, *, type: str = "choice", **values: Any) -> Attribute:
    """Make an attribute; of a choice all other names are values, by their Russian names."""
    columns = {
        name: values.pop(name)
        for name in ("name_ru", "name_en", "unit", "is_filter", "position")
        if name in values
    }
    attribute = Attribute.objects.create(code=code, type=type, **{"name_ru": code.title(), **columns})
    AttributeValue.objects.bulk_create(
        AttributeValue(attribute=attribute, value=value, name_ru=name, position=position)
        for position, (value, name) in enumerate(values.items())
    )
    return attribute


def give(product: Product, **values: Any) -> None:
    """Give the product values of attributes, by code: a number, a bool, or texts; of a choice, its values."""
    for code, given in values.items():
        attribute = Attribute.objects.get(code=code)
        several = given if isinstance(given, list) else [given]
        column = "value" if attribute.type == AttributeType.CHOICE else attribute.type
        ProductAttribute.objects.bulk_create(
            ProductAttribute(
                product=product,
                attribute=attribute,
                **{column: attribute.values.get(value=each) if column == "value" else each},
            )
            for each in several
        )


def make_image(product: Product | None = None, **values: Any) -> ProductImage:
    """Make a picture that customers see, though it has no files."""
    product = product or make_product()
    values = {"status": "ready", "width": 800, "height": 600, "bytes": 1000, **values}
    values.setdefault("sha256", f"{next(_numbers):064x}")
    return ProductImage.objects.create(product=product, **values)


def take_stock(quantities: dict[int, int]) -> None:
    """Take the quantities, by product id, as an order does."""
    with transaction.atomic():
        products = stock.lock_for_sale(quantities)
        stock.sell(products.values(), quantities, order_id=ORDER_ID, by=None)


def put_back(quantities: dict[int, int]) -> None:
    """Put the quantities, by product id, back, as a cancelled order does."""
    stock.return_stock(quantities, order_id=ORDER_ID, by=None)


def _product_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {"price": "10.00", "stock": 100, **_with_defaults("Product", values, sku="SKU")}


def _with_defaults(kind: str, values: dict[str, Any], **numbered: str) -> dict[str, Any]:
    number = next(_numbers)
    defaults = {"name": f"{kind} {number}", "slug": f"{kind.lower()}-{number}"}
    return {**defaults, **{field: f"{text}-{number}" for field, text in numbered.items()}, **values}
