"""What a product is shown with: its pictures, variants, attributes and related products.

A list shows the first picture of each product, by one statement for the page; a detail shows everything, by
one statement for each of these.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from apps.catalog.models import Product, ProductAttribute, ProductImage, ProductOption, RelatedProduct
from apps.catalog.shown_texts import CATEGORY_TEXTS, PRODUCT_TEXTS, product_texts

DETAILS: tuple[Any, ...] = (  # the types of three models in one tuple
    Prefetch("images", ProductImage.objects.ready(), to_attr="ready_images"),
    Prefetch("attributes", ProductAttribute.objects.shown()),
    Prefetch("options", ProductOption.objects.select_related("option")),
    Prefetch("related_links", RelatedProduct.objects.only("product_id", "related_id")),
)


def with_details(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return the products with all that a detail shows of them."""
    shown = products.annotate(texts=product_texts(*PRODUCT_TEXTS))  # type: ignore[no-redef]  # None elsewhere
    return shown.select_related("category", "group").prefetch_related(*DETAILS)


def for_lists(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return the products with what a list shows of them, but for the pictures."""
    shown = products.annotate(texts=product_texts(*CATEGORY_TEXTS))  # type: ignore[no-redef]  # as above
    return shown.select_related("category")


def read_details(product: Product) -> None:
    """Read what a detail shows of the product anew, after it was written."""
    for name in ("_prefetched_objects_cache", "ready_images"):
        product.__dict__.pop(name, None)
    prefetch_related_objects([product], *DETAILS)


def read_first_images(products: Iterable[Product]) -> None:
    """Read the first picture of each product; one statement reads them all."""
    by_id = {product.pk: product for product in products}
    for product in by_id.values():
        product.ready_images = []
    for image in ProductImage.objects.first_of(list(by_id)):
        by_id[image.product_id].ready_images = [image]
