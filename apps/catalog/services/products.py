"""Services of products. Stock has a module of its own (`stock.py`)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record_change
from apps.catalog.attributes import write_attributes
from apps.catalog.exceptions import no_reduction
from apps.catalog.lowest_prices import write_lowest_prices
from apps.catalog.models import PriceChange, Product
from apps.catalog.product_details import read_details, with_details
from apps.catalog.product_parts import PartWriter, write_parts
from apps.catalog.related_products import write_related
from apps.catalog.search_terms import FOUND_BY, update_search_terms
from apps.catalog.services.rows import inserted, updated
from apps.catalog.stock import receive_stock
from apps.catalog.translations import write_translations
from apps.core.database.transactions import retried_atomic
from apps.store.configuration_cache import configuration
from apps.users.models import User

FIRST_STOCK_REASON = _("opening stock")
# What is written with a product and kept in other tables.
PARTS: Mapping[str, PartWriter] = {
    "related": write_related,
    "attributes": write_attributes,
    "translations": write_translations,
}


@retried_atomic
def create_product(*, stock: int = 0, created_by: User | None = None, **values: Any) -> Product:
    """Create a product, with its first stock (pieces); its slug is made from the name when absent.

    Raises ValidationError for values that cannot be.
    """
    parts = {name: values.pop(name) for name in PARTS if name in values}
    product = Product(**values)
    refuse_no_reduction(product, {})
    inserted(product, by=created_by)
    if changed := write_parts(product, parts, PARTS):
        record_change(product, changed, by=created_by)
    if product.barcode or FOUND_BY & changed.keys():
        update_search_terms(product)
    if stock:
        receive_stock({product.pk: stock}, reason=str(FIRST_STOCK_REASON), by=created_by)
        product.refresh_from_db(fields=["stock"])
    # Read before the commit: the response shows them.
    read_details(product)
    configuration(product.config_version)
    return product


@retried_atomic
def update_product(
    product_id: int,
    *,
    changed_by: User | None = None,
    precondition: Callable[[Product], None] | None = None,
    **changes: Any,
) -> Product:
    """Change the given fields of a product, and note a change of its price; `stock` cannot be one of them.

    `precondition` raises when the locked product is not the version that was meant. Raises
    Product.DoesNotExist, and ValidationError for values that cannot be.
    """
    # With what the response shows: nothing is asked for after the commit.
    product = with_details(Product.objects.with_config_version().locked([product_id])).get()
    if precondition:
        precondition(product)
    parts = {name: changes.pop(name) for name in PARTS if name in changes}
    old_price = product.price
    refuse_no_reduction(product, changes)
    updated(product, changes, by=changed_by)
    if product.price != old_price:
        PriceChange.objects.create(
            product=product, old_price=old_price, new_price=product.price, created_by=changed_by
        )
    if changes.keys() & {"price", "compare_at_price"}:
        write_lowest_prices([product])
    if changed := write_parts(product, parts, PARTS):
        record_change(product, changed, by=changed_by)
        product.save(update_fields=["updated_at"])
        read_details(product)
    if FOUND_BY & (changes.keys() | changed.keys()):
        update_search_terms(product)
    configuration(product.config_version)  # kept before the commit: the response shows tax rates
    return product


def deactivate_product(product_id: int, *, precondition: Callable[[Product], None] | None = None) -> Product:
    """Take a product off sale; orders keep their own copy of it.

    Raises Product.DoesNotExist.
    """
    return update_product(product_id, precondition=precondition, is_active=False)


def refuse_no_reduction(product: Product, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError, about the one that changes, where the crossed-out price is not the higher."""
    price, before = (changes.get(field, getattr(product, field)) for field in ("price", "compare_at_price"))
    if before is not None and before <= price:
        field = "price" if changes.keys() & {"price", "compare_at_price"} == {"price"} else "compare_at_price"
        raise ValidationError({field: no_reduction(before)})
