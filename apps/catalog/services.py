"""Services of the catalogue: create, change, delete. Stock has a module of its own (`stock.py`)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Action
from apps.audit.services import (
    changes_between,
    changes_from_nothing,
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.exceptions import CategoryNotEmpty, no_reduction
from apps.catalog.lowest_prices import write_lowest_prices
from apps.catalog.models import Category, PriceChange, Product
from apps.catalog.slugs import SLUG_ATTEMPTS, free_slug
from apps.catalog.stock import receive_stock
from apps.core.database.row_changes import changed_columns, columns_of
from apps.core.database.transactions import retried_atomic
from apps.store.configuration_cache import configuration
from apps.users.models import User

FIRST_STOCK_REASON = _("opening stock")

CATEGORY_OF = {Category: "parent", Product: "category"}

RowT = TypeVar("RowT", Category, Product)


@retried_atomic
def create_category(**values: Any) -> Category:
    """Create a category; its slug is made from the name when absent.

    Raises ValidationError for values that cannot be.
    """
    return _inserted(Category(**values))


@retried_atomic
def create_product(*, stock: int = 0, created_by: User | None = None, **values: Any) -> Product:
    """Create a product, with its first stock (pieces); its slug is made from the name when absent.

    Raises ValidationError for values that cannot be.
    """
    product = Product(**values)
    _refuse_no_reduction(product, {})
    _inserted(product, by=created_by)
    if stock:
        receive_stock({product.pk: stock}, reason=str(FIRST_STOCK_REASON), by=created_by)
        product.refresh_from_db(fields=["stock"])
    configuration(product.config_version)  # kept before the commit: the response shows tax rates
    return product


@retried_atomic
def update_category(
    category_id: int, *, precondition: Callable[[Category], None] | None = None, **changes: Any
) -> Category:
    """Change the given fields of a category.

    `precondition` raises when the locked category is not the version that was meant. Raises
    Category.DoesNotExist, and ValidationError for values that cannot be, such as a parent below itself.
    """
    if "parent" in changes:
        # The whole tree: two moves at once could each be right and close a loop together.
        list(Category.objects.select_for_update().order_by("pk").values_list("pk"))
    category = Category.objects.select_for_update().get(pk=category_id)
    if precondition:
        precondition(category)
    return _updated(category, changes)


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
    products = Product.objects.with_config_version().locked([product_id])
    product = products.select_related("category").get()
    if precondition:
        precondition(product)
    old_price = product.price
    _refuse_no_reduction(product, changes)
    _updated(product, changes, by=changed_by)
    if product.price != old_price:
        PriceChange.objects.create(
            product=product, old_price=old_price, new_price=product.price, created_by=changed_by
        )
    if changes.keys() & {"price", "compare_at_price"}:
        write_lowest_prices([product])
    configuration(product.config_version)  # kept before the commit: the response shows tax rates
    return product


def deactivate_category(
    category_id: int, *, precondition: Callable[[Category], None] | None = None
) -> Category:
    """Take a category, and with it everything below, off sale.

    Raises Category.DoesNotExist.
    """
    return update_category(category_id, precondition=precondition, is_active=False)


def deactivate_product(product_id: int, *, precondition: Callable[[Product], None] | None = None) -> Product:
    """Take a product off sale; orders keep their own copy of it.

    Raises Product.DoesNotExist.
    """
    return update_product(product_id, precondition=precondition, is_active=False)


def delete_category(category_id: int, *, precondition: Callable[[Category], None] | None = None) -> None:
    """Delete a category for good.

    `precondition` raises when the locked category is not the version that was meant. Raises
    Category.DoesNotExist, and CategoryNotEmpty while a product or a category points to it.
    """
    try:
        _delete_category(category_id, precondition)
    except (ProtectedError, IntegrityError) as error:  # the latter: something was put into it meanwhile
        raise CategoryNotEmpty from error


@transaction.atomic  # not repeated: what was put into it meanwhile is a refusal at once
def _delete_category(category_id: int, precondition: Callable[[Category], None] | None) -> None:
    category = Category.objects.select_for_update().get(pk=category_id)
    if precondition:
        precondition(category)
    last_values = values_of(category, category.AUDITED_FIELDS)
    record(Action.DELETED, category, changes_to_nothing(last_values))
    category.delete()


def _inserted(row: RowT, *, by: User | None = None) -> RowT:
    _stored(row, lambda: row.save(force_insert=True), makes_slug=not row.slug)
    record(Action.CREATED, row, changes_from_nothing(values_of(row, row.AUDITED_FIELDS)), by=by)
    return row


def _updated(row: RowT, changes: dict[str, Any], *, by: User | None = None) -> RowT:
    audited = [field for field in row.AUDITED_FIELDS if field in {*changes, "slug"}]
    before, columns = values_of(row, audited), columns_of(row)
    for field, value in changes.items():
        setattr(row, field, value)

    def save_changed() -> None:
        # Unless nothing has happened: the row keeps its `updated_at`, and readers their ETag.
        changed: list[str] = changed_columns(row, columns)
        if changed:
            row.save(update_fields=[*changed, "updated_at"])

    _stored(row, save_changed, makes_slug=not row.slug)
    record_change(row, changes_between(before, values_of(row, audited)), by=by)
    return row


def _stored(row: RowT, save: Callable[[], None], *, makes_slug: bool) -> None:
    """Save the row, with a slug that is made as often as somebody takes it after the check.

    Raises ValidationError for values that cannot be, or that somebody has.
    """
    others = type(row)._default_manager.exclude(pk=row.pk)
    for attempt in range(SLUG_ATTEMPTS if makes_slug else 1):
        if makes_slug:
            row.slug = free_slug(row.name, among=others, attempt=attempt)
        _clean(row, exclude=["slug"] if makes_slug else ())
        try:
            with transaction.atomic():
                save()
        except IntegrityError:
            continue
        return
    _clean(row)  # which names what was taken
    raise ValidationError(_("Someone else has just taken these values."), code="conflict")


def _refuse_no_reduction(product: Product, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError, about the one that changes, where the crossed-out price is not the higher."""
    price, before = (changes.get(field, getattr(product, field)) for field in ("price", "compare_at_price"))
    if before is not None and before <= price:
        field = "price" if changes.keys() & {"price", "compare_at_price"} == {"price"} else "compare_at_price"
        raise ValidationError({field: no_reduction(before)})


def _clean(row: RowT, *, exclude: Iterable[str] = ()) -> None:
    # The validators say the same as the constraints, for which Django would ask the database, and take an
    # error of it for a yes.
    row.full_clean(exclude=[*exclude, *_checked_category(row)], validate_constraints=False)


def _checked_category(row: Category | Product) -> list[str]:
    """Return the field that names a category, once that is there; it may have been deleted a moment before.

    Raises ValidationError, with the code that the API has for an id that no row has.
    """
    field = CATEGORY_OF[type(row)]
    category_id = getattr(row, f"{field}_id")
    if category_id is None:
        return []
    if not Category.objects.filter(pk=category_id).exists():
        missing = ValidationError(_("This category does not exist."), code="does_not_exist")
        raise ValidationError({field: missing})
    return [field]
