"""Search terms: what products are also found by, which stands in other tables.

They are their barcode, the names of their brand and tags, the values of their options, and their names in
further languages. What writes one of these calls `refresh_search_terms`, or lets it be: daily maintenance
looks after the rest, such as the products of a brand that was renamed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import models, transaction

from apps.catalog.models import BRAND, TAG, Product, ProductAttribute, ProductOption, ProductTranslation
from apps.core.database.querysets import bulk_written

READ_AT_ONCE = 500  # products
READ = ("name", "sku", "description", "barcode", "search_terms")
WRITTEN = ["search_terms", "search_text"]
FOUND_BY = frozenset({"barcode", "attributes", "translations"})  # of what a product is written with


def search_terms_of(products: Collection[Product]) -> dict[int, str]:
    """Return the terms of each product, by its id; three statements read them all."""
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for product_id, *terms in _rows_of([product.pk for product in products]):
        found[product_id] |= dict.fromkeys(filter(None, terms))
    return {
        product.pk: "\n".join(filter(None, [product.barcode, *found[product.pk]])) for product in products
    }


def update_search_terms(product: Product) -> None:
    """Bring the terms of the locked product to what it is found by now."""
    terms = search_terms_of([product])[product.pk]
    if product.search_terms != terms:
        product.search_terms = terms
        product.save(update_fields=["search_terms"])


@transaction.atomic
def refresh_search_terms(product_ids: Iterable[int]) -> int:
    """Compute the terms of the products anew; return how many were out of date, which alone are written."""
    products = list(Product.objects.locked(list(product_ids)).only(*READ))
    terms = search_terms_of(products)
    outdated = [product for product in products if product.search_terms != terms[product.pk]]
    for product in outdated:
        product.search_terms = terms[product.pk]
    _write(outdated)
    return len(outdated)


def repair_search_terms() -> int:
    """Compute the terms of all products anew, some at a time, and return how many were out of date."""
    return sum(refresh_search_terms(product_ids) for product_ids in _outdated())


def _outdated() -> Iterator[list[int]]:
    """Yield the ids of products whose terms are out of date; read without a lock."""
    last = 0
    while True:
        rows = Product.objects.filter(pk__gt=last).order_by("pk").only("barcode", "search_terms")
        products = list(rows[:READ_AT_ONCE])
        if not products:
            return
        last = products[-1].pk
        terms = search_terms_of(products)
        if outdated := [each.pk for each in products if each.search_terms != terms[each.pk]]:
            yield outdated


def _rows_of(product_ids: list[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the terms of the products, each with the id before them, in an order that stays."""
    values = ProductAttribute.objects.filter(attribute__code__in=(BRAND, TAG), value__isnull=False)
    names = ("value__name_ru", "value__name_en")
    for rows, order, terms in (
        (values, ("attribute__position", "attribute", "value__position", "value"), names),
        (ProductOption.objects.all(), ("option__position", "option"), ("value_ru", "value_en")),
        (ProductTranslation.objects.all(), ("language",), ("name",)),
    ):
        yield from rows.filter(product_id__in=product_ids).order_by(*order).values_list("product_id", *terms)


def _write(products: list[Product]) -> None:
    if not products:
        return
    for product in products:
        Product._meta.get_field("search_text").pre_save(product, add=False)
    # Past the models' own `bulk_update`, which would read the rows again to see what follows.
    models.QuerySet[Any](Product).bulk_update(products, WRITTEN)
    bulk_written.send(sender=Product)
