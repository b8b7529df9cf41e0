"""Demo catalogue: products, weights of some of them, and a reduced one."""

from decimal import Decimal
from pathlib import Path

from apps.catalog.models import Category, CategoryTranslation, Product
from apps.catalog.product_import import import_products
from apps.catalog.services import update_product

PRODUCTS = Path(__file__).with_name("products.csv")
WEIGHTS_G = {
    "TEA-001": 240,
    "TEA-002": 120,
    "TEA-003": 130,
    "COF-001": 1040,
    "COF-002": 270,
    "POT-001": 1100,
    "MUG-001": 380,
    "PAN-001": 2600,
    "DSH-003": 9500,
    "TEX-001": 110,
    "TEX-002": 1400,
    "TLS-006": 14500,
    "GRD-005": 13800,
    "GFT-001": 4600,
    "STA-001": 10,
}
CATEGORIES = {
    "Посуда": "Tableware",
    "Книги и тетради": "Books and notebooks",
    "Чай и кофе": "Tea and coffee",
    "Подарки": "Gifts",
    "Свет": "Lighting",
    "Инструменты": "Tools",
    "Украшения": "Jewellery",
    "Игрушки": "Toys",
    "Канцелярия": "Stationery",
    "Текстиль": "Textiles",
    "Сад и дом": "Garden and home",
}
REDUCED_SKU, REDUCED_PRICE = "TEX-002", Decimal("3990.00")


def load_catalogue() -> str:
    """Load the products, in a transaction of the caller's; return what was made, in words."""
    with PRODUCTS.open("rb") as file:
        import_products(file)
    CategoryTranslation.objects.bulk_create(
        CategoryTranslation(category=category, language="en", name=CATEGORIES[category.name])
        for category in Category.objects.filter(name__in=CATEGORIES)
    )
    weighed = list(Product.objects.filter(sku__in=WEIGHTS_G))
    for product in weighed:
        product.weight_g = WEIGHTS_G[product.sku]
    Product.objects.bulk_update(weighed, ["weight_g"])
    reduced = Product.objects.get(sku=REDUCED_SKU)
    update_product(reduced.pk, price=REDUCED_PRICE, compare_at_price=reduced.price)
    return f"{Product.objects.count()} products, {len(weighed)} of them with a weight and one reduced"
