"""Groups of variants as customers see them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch

from apps.catalog.models import Product, ProductOption
from apps.catalog.product_details import read_first_images
from apps.core.normalization import NAME


def variants_on_sale(group_id: int) -> list[Product]:
    """Return the products of the group that are on sale, in the order of their values."""
    options = Prefetch("options", ProductOption.objects.select_related("option"))
    products = list(Product.objects.on_sale().filter(group=group_id).prefetch_related(options))
    read_first_images(products)
    return sorted(products, key=lambda product: ([row.sort for row in product.options.all()], product.pk))


def shown_options(products: Sequence[Product]) -> list[dict[str, Any]]:
    """Return the options of a group with the values that these products of it have, each once, in order."""
    rows = [row for product in products for row in product.options.all()]
    rows.sort(key=lambda row: (row.option.position, row.option_id, row.sort, row.pk))
    options = {row.option.code: row.option for row in rows}
    values: dict[str, dict[str, str]] = {code: {} for code in options}
    for row in rows:
        values[row.option.code].setdefault(NAME.key(row.value_ru), row.value)
    return [
        {"code": code, "name": option.name, "values": list(values[code].values())}
        for code, option in options.items()
    ]
