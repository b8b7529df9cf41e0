"""Demo pictures: one of each product, drawn by the store itself."""

from apps.backoffice.demo.drawings import drawn_pictures
from apps.catalog.models import Product, ProductTranslation
from apps.catalog.services.images import add_image


def load_pictures() -> str:
    """Give each demo product its picture; jobs make the files. Return what was made, in words."""
    products = {product.sku: product for product in Product.objects.all()}
    translations = ProductTranslation.objects.filter(language="en").values_list("product", "name")
    english = dict(translations)
    number = 0
    for sku, content in drawn_pictures():
        if product := products.get(sku):
            add_image(
                product.pk, content=content, alt_ru=product.name, alt_en=english.get(product.pk, ""), by=None
            )
            number += 1
    return f"{number} pictures"
