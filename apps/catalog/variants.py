"""Variants: the values that the products of a group have of its options, by which no two are alike.

Callers lock the products by id, and then the groups, also by id: those that the products come into and those
that they leave (`lock_variants`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_between, record_all, values_of
from apps.catalog.models import MAX_VARIANTS, GroupOption, Product, ProductGroup, ProductOption
from apps.catalog.search_terms import refresh_search_terms
from apps.core.normalization import NAME
from apps.users.models import User


class OptionValue(NamedTuple):
    """A value of an option; without one in English, the Russian one is for both languages."""

    ru: str
    en: str = ""


@dataclass(frozen=True, eq=False)
class Variant:
    """A product, the group that it is in or comes into, and its values by the codes of the options."""

    product: Product
    group: ProductGroup
    values: Mapping[str, OptionValue]


def options_key(values: Mapping[int, str]) -> str:
    """Return the hash of the Russian values, by the ids of their options: one for all spellings."""
    pairs = sorted((option_id, NAME.key(value)) for option_id, value in values.items())
    return sha256(json.dumps(pairs).encode()).hexdigest()


def lock_variants(
    product_ids: Iterable[int], *, group_ids: Iterable[int] = ()
) -> tuple[dict[int, Product], dict[int, ProductGroup]]:
    """Lock the products, then the groups that they are in and these; return both by id."""
    locked = Product.objects.locked(list(product_ids)).select_related("group")
    products = {product.pk: product for product in locked}
    wanted = {*group_ids, *(product.group_id for product in products.values() if product.group_id)}
    groups = ProductGroup.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
    return products, {group.pk: group for group in groups}


def put_variants(variants: Sequence[Variant], *, by: User | None = None) -> None:
    """Give each product these values of all options of its group, into which it comes if it is elsewhere.

    The number of statements does not grow with the variants. Raises ValidationError (`variants`) for a
    product that lacks a value of an option, for one with the values of another product of the group, and for
    more products than a group may have; nothing is written then.
    """
    rows = _rows_of(variants)
    keys = {product_id: _key_of(values) for product_id, values in rows.items()}
    _refuse_twins(variants, keys)
    before = _rows_by_product(variant.product for variant in variants)
    changed = [
        variant
        for variant in variants
        if variant.product.group_id != variant.group.pk
        or variant.product.options_key != keys[variant.product.pk]
        or _values(before[variant.product.pk]) != _values(rows[variant.product.pk])
    ]
    if not changed:
        return
    products = [variant.product for variant in changed]
    ProductOption.objects.filter(product__in=products).delete()
    # Two products may take each other's values: for a moment, neither has any.
    Product.objects.filter(pk__in=[product.pk for product in products]).update(options_key=None)
    ProductOption.objects.bulk_create(row for product in products for row in rows[product.pk])
    moves = {variant.product: (variant.group, keys[variant.product.pk]) for variant in changed}
    _move(moves, before, rows, by)


def take_out(products: Collection[Product], *, by: User | None = None) -> None:
    """Take the products, with their values, out of their groups."""
    before = _rows_by_product(products)
    ProductOption.objects.filter(product__in=products).delete()
    _move(dict.fromkeys(products, (None, None)), before, defaultdict(list), by)


def order_values(option: GroupOption, order: Iterable[str]) -> list[list[str]] | None:
    """Show the values of the option in this order, and the others behind them.

    Its group is locked. Returns how they stood and how they stand; None where nothing has changed.
    """
    rows = list(option.product_options.order_by("sort", "pk"))
    before = {NAME.key(row.value_ru): row.value_ru for row in rows}
    wanted = [key for key in dict.fromkeys(map(NAME.key, order)) if key in before]
    places = {key: place for place, key in enumerate(dict.fromkeys([*wanted, *before]))}
    if list(places) == list(before):
        return None
    for row in rows:
        row.sort = places[NAME.key(row.value_ru)]
    ProductOption.objects.bulk_update(rows, ["sort"])
    return [list(before.values()), [before[key] for key in places]]


def values_by_product(products: Iterable[Product]) -> dict[int, dict[str, OptionValue]]:
    """Return the values of each product, by the codes of the options."""
    return {
        product_id: {row.option.code: OptionValue(row.value_ru, row.value_en) for row in rows}
        for product_id, rows in _rows_by_product(products).items()
    }


class _Known(NamedTuple):
    """What the value of an option is in English, and its place among the values."""

    en: str
    sort: int


def _rows_of(variants: Iterable[Variant]) -> dict[int, list[ProductOption]]:
    """Return the rows of each product. Raises ValidationError for a value that is missing or cannot be."""
    groups = {variant.group.pk for variant in variants}
    options = list(GroupOption.objects.filter(group__in=groups))
    of_group = {
        group_id: [option for option in options if option.group_id == group_id] for group_id in groups
    }
    rows = {
        variant.product.pk: [_row(variant, option) for option in of_group[variant.group.pk]]
        for variant in variants
    }
    known = _known_values(options)
    for row in (row for values in rows.values() for row in values):
        there, key = known[row.option_id], NAME.key(row.value_ru)
        # New values come after those that are there, in the order in which they were given.
        en, sort = there.get(key) or _Known("", max((each.sort for each in there.values()), default=-1) + 1)
        there[key] = _Known(en or row.value_en, sort)
    for row in (row for values in rows.values() for row in values):
        en, row.sort = known[row.option_id][NAME.key(row.value_ru)]
        row.value_en = row.value_en or en
    return rows


def _row(variant: Variant, option: GroupOption) -> ProductOption:
    value = variant.values.get(option.code, OptionValue(""))
    row = ProductOption(
        product=variant.product,
        option=option,
        value_ru=NAME.clean(value.ru),
        value_en=NAME.clean(value.en),
    )
    if not row.value_ru:
        text = _("%(product)s has no value of “%(option)s”.")
        raise _fault("required", text, product=variant.product, option=option)
    try:
        row.clean_fields(exclude=["product", "option"])
    except ValidationError as error:
        raise ValidationError({"variants": error.messages}) from error
    return row


def _known_values(options: Iterable[GroupOption]) -> dict[int, dict[str, _Known]]:
    """Return the values that the options have, by their keys."""
    known: dict[int, dict[str, _Known]] = defaultdict(dict)
    for row in ProductOption.objects.filter(option__in=options).order_by("sort", "pk"):
        there, key = known[row.option_id], NAME.key(row.value_ru)
        if key not in there or not there[key].en:
            there[key] = _Known(row.value_en, there[key].sort if key in there else row.sort)
    return known


def _key_of(rows: Iterable[ProductOption]) -> str:
    return options_key({row.option_id: row.value_ru for row in rows})


def _refuse_twins(variants: Sequence[Variant], keys: Mapping[int, str]) -> None:
    """Raise ValidationError for two products with the same values, and for too many products of a group."""
    groups = {variant.group.pk for variant in variants}
    there: dict[int, dict[str | None, Product]] = defaultdict(dict)
    members = Product.objects.filter(group__in=groups).exclude(pk__in=keys)
    for member in members.only("name", "sku", "group", "options_key"):
        there[member.group_id or 0][member.options_key] = member
    for variant in variants:
        of_group, key = there[variant.group.pk], keys[variant.product.pk]
        if key in of_group:
            text = _("%(product)s has the same options as %(other)s.")
            raise _fault("duplicate", text, product=variant.product, other=of_group[key])
        of_group[key] = variant.product
        if len(of_group) > MAX_VARIANTS:
            raise _fault("too_many", _("A group has at most %(most)d products."), most=MAX_VARIANTS)


def _fault(code: str, text: str, **values: Any) -> ValidationError:
    return ValidationError({"variants": ValidationError(text, code=code, params=values)})


def _rows_by_product(products: Iterable[Product]) -> dict[int, list[ProductOption]]:
    """Return the stored values of each product, in the order of the options."""
    found: dict[int, list[ProductOption]] = defaultdict(list)
    for row in ProductOption.objects.filter(product__in=list(products)).select_related("option"):
        found[row.product_id].append(row)
    return found


def _values(rows: Iterable[ProductOption]) -> list[tuple[int, str, str, int]]:
    return sorted((row.option_id, row.value_ru, row.value_en, row.sort) for row in rows)


def _move(
    places: Mapping[Product, tuple[ProductGroup | None, str | None]],
    before: Mapping[int, Iterable[ProductOption]],
    after: Mapping[int, Iterable[ProductOption]],
    by: User | None,
) -> None:
    """Write the products' groups and the hashes of their values, with what has become of them."""
    now, records = timezone.now(), []
    touched = {group.pk for product, (new, _key) in places.items() for group in (product.group, new) if group}
    for product, (group, key) in places.items():
        old = values_of(product, ["group"])
        product.group, product.options_key, product.updated_at = group, key, now
        changes = changes_between(old, values_of(product, ["group"]))
        texts = [[_in_words(row) for row in rows[product.pk]] for rows in (before, after)]
        if texts[0] != texts[1]:
            changes["options"] = texts
        if changes:
            records.append(AuditRecord(Action.CHANGED, product, changes))
    Product.objects.bulk_update(places, ["group", "options_key", "updated_at"])
    ProductGroup.objects.filter(pk__in=touched).update(updated_at=now)
    refresh_search_terms(product.pk for product in places)
    record_all(records, by=by)


def _in_words(row: ProductOption) -> str:
    return f"{row.option.code}: {row.value_ru}"
