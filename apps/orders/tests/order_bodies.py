"""Bodies of orders, and what they leave in stock."""

from apps.catalog.models import Product


def item(product: Product, quantity: int) -> dict[str, int]:
    return {"product_id": product.pk, "quantity": quantity}


def stock_of(*products: Product) -> list[int]:
    stock = dict(Product.objects.values_list("pk", "stock"))
    return [stock[product.pk] for product in products]
