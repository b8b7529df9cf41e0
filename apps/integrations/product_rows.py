"""Rows of products compared with what is stored: which product each is about, and what it changes there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.audit.services import values_of
from apps.catalog.bulk_writing import LOCK
from apps.catalog.models import Category, Product
from apps.catalog.services.products import refuse_no_reduction
from apps.core.database.advisory_locks import lock_alone
from apps.core.normalization import CODE
from apps.integrations.product_parts import PARTS
from apps.integrations.rows import Row
from apps.store.models import TaxClass

REQUIRED = ("name", "sku", "price", "category")  # of a new product
UNIQUE = ("sku", "external_id", "barcode", "slug")
REFERENCES = ("category", "tax_class")
_NAMES = frozenset(column.name for column in Product._meta.concrete_fields)


@dataclass
class Upsert:
    """What a row makes of a product: the product as it is to be, and what it was."""

    row: Row
    product: Product
    columns: dict[str, Any] = field(default_factory=dict)  # that change; of a new product all that are given
    parts: dict[str, Any] = field(default_factory=dict)
    stock: int = 0  # of a new product, in pieces
    before: Mapping[str, Any] | None = None
    old_price: Decimal | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether there is no such product yet."""
        return self.before is None


class _Stored(NamedTuple):
    """What the rows speak of, as it is stored."""

    by_sku: Mapping[str, Product]
    by_external_id: Mapping[str, Product]
    categories: Mapping[int, Category]
    tax_classes: Mapping[str, TaxClass]
    holders: dict[tuple[str, str], object]  # who has a unique value: the id of a product, or an earlier row
    parts: Mapping[str, Any]  # what they refer to, by the name of the part


def compared(rows: Sequence[Row]) -> list[Upsert]:
    """Return what the rows make of their products, which stay locked; refuse the rows that cannot be.

    The number of statements does not grow with the rows. A transaction is needed.
    """
    sound = [row for row in rows if not row.faults]
    stored = _read(sound, _locked_products(sound))
    claimed: set[int] = set()
    upserts = []
    for row in sound:
        known = _product_of(row, stored)
        if known and known.pk in claimed:
            row.refuse(next(_keys_of(row))[0], duplicate_row())
            continue
        if known:
            claimed.add(known.pk)
        upsert = _compared(row, known, stored)
        if not row.faults:
            upserts.append(upsert)
    return upserts


def duplicate_row() -> ValidationError:
    """Return the fault of a row about a product that an earlier row is about."""
    return ValidationError(_("An earlier row is about the same product."), code="duplicate_row")


def _locked_products(rows: Sequence[Row]) -> list[Product]:
    """Lock the products that the rows are about, in the order that all keep."""
    keys = [key for row in rows for key in _keys_of(row)]
    named = Product.objects.filter(
        Q(sku_key__in=[key for member, key in keys if member == "sku"])
        | Q(external_id__in=[key for member, key in keys if member == "external_id"])
    )
    found = list(named.values_list("pk", "sku_key", "external_id"))
    known = {("sku", key) for _pk, key, _id in found} | {("external_id", each) for _pk, _key, each in found}
    if any(known.isdisjoint(_keys_of(row)) for row in rows):
        # Before any product is locked, as an import does, which creates products too.
        lock_alone(LOCK)
        found = list(named.values_list("pk", "sku_key", "external_id"))
    locked = Product.objects.locked([pk for pk, _key, _id in found])
    return list(locked.select_related(*REFERENCES, "group"))


def _read(rows: Sequence[Row], products: Sequence[Product]) -> _Stored:
    def given(member: str) -> list[Any]:
        return [row.values[member] for row in rows if row.values.get(member) is not None]

    barcodes, slugs = given("barcode"), given("slug")
    holders: dict[tuple[str, str], object] = {("sku", str(each.sku_key)): each.pk for each in products}
    holders |= {("external_id", each.external_id): each.pk for each in products if each.external_id}
    if barcodes or slugs:
        taken = Product.objects.filter(Q(barcode__in=barcodes) | Q(slug__in=slugs))
        for pk, barcode, slug in taken.values_list("pk", "barcode", "slug"):
            holders |= {("barcode", barcode or ""): pk, ("slug", slug): pk}
    codes = given("tax_class")
    return _Stored(
        by_sku={str(each.sku_key): each for each in products},
        by_external_id={each.external_id: each for each in products if each.external_id},
        categories=Category.objects.in_bulk(set(given("category"))),
        tax_classes={each.code: each for each in TaxClass.objects.filter(code__in=codes)} if codes else {},
        holders=holders,
        parts={name: part.read(values) for name, part in PARTS.items() if (values := given(name))},
    )


def _keys_of(row: Row) -> Iterator[tuple[str, str]]:
    """Yield what the product of the row is known by: the id in another system comes first."""
    if row.values.get("external_id"):
        yield "external_id", row.values["external_id"]
    if "sku" in row.values:
        yield "sku", CODE.key(row.values["sku"])


def _product_of(row: Row, stored: _Stored) -> Product | None:
    known = {"external_id": stored.by_external_id, "sku": stored.by_sku}
    found = (known[member].get(key) for member, key in _keys_of(row))
    return next(filter(None, found), None)


def _compared(row: Row, known: Product | None, stored: _Stored) -> Upsert:
    values = _with_references(row, stored)
    parts = {name: values.pop(name) for name in PARTS if name in values}
    upsert = _changed(row, known, values) if known else _created(row, values)
    _refuse_taken(upsert, stored)
    for name, value in parts.items():
        with _refusing(row):
            upsert.parts[name] = PARTS[name].check(upsert.product, value, stored.parts[name])
    return upsert


def _with_references(row: Row, stored: _Stored) -> dict[str, Any]:
    """Return the values of the row, with the rows that it refers to; refuse those that are not there."""
    values = dict(row.values)
    if "category" in values and (category := stored.categories.get(values.pop("category"))):
        values["category"] = category
    elif "category" in row.values:
        row.refuse("category", ValidationError(_("This category does not exist."), code="does_not_exist"))
    if (code := values.get("tax_class")) is not None:
        values["tax_class"] = stored.tax_classes.get(code)
        if code not in stored.tax_classes:
            text = _("There is no tax class with this code.")
            row.refuse("tax_class", ValidationError(text, code="does_not_exist"))
    return values


def _created(row: Row, values: dict[str, Any]) -> Upsert:
    for name in REQUIRED:
        if name not in row.values:
            row.refuse(name, ValidationError(_("This field is required."), code="required"))
    stock = values.pop("stock", 0)
    product = Product(**values)
    _check(row, product, {}, names=values)
    return Upsert(row, product, values, stock=stock)


def _changed(row: Row, product: Product, values: dict[str, Any]) -> Upsert:
    values.pop("stock", None)  # that of a new product: the same row once more changes nothing
    columns = {name: value for name, value in values.items() if getattr(product, name) != value}
    before = values_of(product, [name for name in columns if name in Product.AUDITED_FIELDS])
    upsert = Upsert(row, product, columns, before=before, old_price=product.price)
    _check(row, product, columns, names=columns)
    return upsert


def _check(row: Row, product: Product, changes: Mapping[str, Any], *, names: Iterable[str]) -> None:
    """Let the product have the changes; refuse the values of these names that cannot be."""
    if not row.faults:
        with _refusing(row):
            refuse_no_reduction(product, changes)
    for name, value in changes.items():
        setattr(product, name, value)
    with _refusing(row):
        product.clean_fields(exclude=(_NAMES - set(names)).union(REFERENCES))


def _refuse_taken(upsert: Upsert, stored: _Stored) -> None:
    """Refuse what another product has, even if another row takes it away from there."""
    own = upsert.product.pk or f"row {upsert.row.index}"
    for name in UNIQUE:
        if value := upsert.columns.get(name):
            key = CODE.key(value) if name == "sku" else value
            if stored.holders.setdefault((name, key), own) != own:
                upsert.row.refuse(name, upsert.product.unique_error_message(Product, (name,)))


@contextmanager
def _refusing(row: Row) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        row.refuse_all(error)
