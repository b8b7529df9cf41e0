"""Variants of a table: which rows come into which group, and with which values of its options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_from_nothing, record_all, values_of
from apps.catalog.models import MAX_OPTIONS, MAX_VARIANTS, GroupOption, Product, ProductGroup
from apps.catalog.product_import.headings import OPTION, column_name
from apps.catalog.product_import.rows import BadRow, ProductRow
from apps.catalog.slugs import free_slugs
from apps.catalog.variants import OptionValue, Variant, put_variants, values_by_product
from apps.core.normalization import NAME
from apps.users.models import User

Values = Mapping[str, OptionValue]  # by the codes of options
Changes = dict[str, tuple[Any, Any]]  # by column: what is there (None: nothing), and what the row says


@dataclass(eq=False)
class _Group:
    """A group that rows speak of, as it is and as they would have it."""

    name: str
    stored: ProductGroup | None = None
    codes: set[str] = field(default_factory=set)  # of the options that it has
    members: dict[str, Values] = field(default_factory=dict)  # of its products, by keys of skus
    rows: dict[str, ProductRow] = field(default_factory=dict)  # likewise


@dataclass
class VariantPlan:
    """What rows make of groups of variants, by keys of skus; and the rows that cannot be."""

    refused: list[BadRow] = field(default_factory=list)
    changes: dict[str, Changes] = field(default_factory=dict)
    groups: list[_Group] = field(default_factory=list)

    def changes_of(self, row: ProductRow) -> Changes:
        """Return what the row changes of the group and the values of its product."""
        return self.changes.get(row.key, {})


def plan_variants(rows: Iterable[ProductRow], *, locks: bool = False) -> VariantPlan:
    """Compare the rows with the groups as they are; `locks` these, after the products, to be written.

    The number of statements does not grow with the rows; it is none where no row speaks of a group.
    """
    plan, speaking = VariantPlan(), [row for row in rows if row.group or row.options]
    if not speaking:
        return plan
    known = Product.objects.with_skus(row.sku for row in speaking).select_related("group")
    products = {product.sku_key: product for product in known}
    groups = _Groups(speaking, products.values(), locks=locks)
    for row in speaking:
        product = products.get(row.key)
        if group := groups.of(row, product.group if product else None):
            group.rows[row.key] = row
        else:
            _refuse(plan, row, f"{OPTION}{next(iter(row.options))}", _("the product is in no group"))
    plan.groups = groups.named()
    for group in plan.groups:
        _plan_group(plan, group, products)
    return plan


def write_variants(plan: VariantPlan, products: Mapping[str, Product], *, by: User | None) -> None:
    """Write what is planned, for the products by the keys of their skus, which were written before."""
    groups = [group for group in plan.groups if not plan.changes.keys().isdisjoint(group.rows)]
    _create_groups([group for group in groups if group.stored is None], by)
    _create_options(groups, by)
    put_variants(
        [
            Variant(products[key], group.stored, group.members[key])
            for group in groups
            for key in group.rows
            if group.stored and key in plan.changes
        ],
        by=by,
    )


class _Groups:
    """The groups that rows speak of: those of their products, and those that are called so."""

    def __init__(self, rows: Iterable[ProductRow], products: Iterable[Product], *, locks: bool) -> None:
        own = {product.group_id for product in products if product.group_id}
        keys = {NAME.key(row.group) for row in rows if row.group}
        found = ProductGroup.objects.filter(Q(pk__in=own) | Q(name_key__in=keys)).order_by("pk")
        if locks:
            found = found.select_for_update(no_key=True)
        self._by_id = {group.pk: _Group(group.name, group) for group in found}
        for option in GroupOption.objects.filter(group__in=self._by_id):
            self._by_id[option.group_id].codes.add(option.code)
        members = Product.objects.filter(group__in=self._by_id).only("sku_key", "group")
        values = values_by_product(members)
        for member in members:
            self._by_id[member.group_id or 0].members[member.sku_key or ""] = values.get(member.pk, {})
        # Of several that are called alike, the oldest.
        self._by_name = {NAME.key(group.name): group for group in reversed(self._by_id.values())}

    def of(self, row: ProductRow, own: ProductGroup | None) -> _Group | None:
        """Return the group that the row's product comes into: its own, unless the row names another."""
        if own and (row.group is None or NAME.key(row.group) == NAME.key(own.name)):
            return self._by_id[own.pk]
        return self._by_name.setdefault(NAME.key(row.group), _Group(row.group)) if row.group else None

    def named(self) -> list[_Group]:
        """Return those that a row speaks of."""
        every = {id(group): group for group in (*self._by_id.values(), *self._by_name.values())}
        return [group for group in every.values() if group.rows]


def _plan_group(plan: VariantPlan, group: _Group, products: Mapping[str, Product]) -> None:
    """Plan the rows of the group, of which those that cannot be are refused and left out."""
    others = {key: values for key, values in group.members.items() if key not in group.rows}
    codes = {*group.codes, *(code for row in group.rows.values() for code in row.options)}
    taken = {_look(values) for values in others.values()}
    for key, row in list(group.rows.items()):
        present = group.members.get(key, {})
        values = {**present, **{code: _value(text, present.get(code)) for code, text in row.options.items()}}
        fault = _fault(row, values, codes, group.codes if others else codes, taken)
        if fault:
            _refuse(plan, row, *fault)
            del group.rows[key]
            continue
        taken.add(_look(values))
        group.members[key] = values
        if changes := _changes(row, values, present, group, products.get(key)):
            plan.changes[key] = changes


def _fault(
    row: ProductRow, values: Values, codes: set[str], open_codes: set[str], taken: set[object]
) -> tuple[str, str] | None:
    """Return which column of the row cannot be so, and why; `open_codes` are those that a row may bring."""
    if missing := sorted(codes - values.keys()):
        return f"{OPTION}{missing[0]}", _("empty")
    if new := sorted(row.options.keys() - open_codes):
        return f"{OPTION}{new[0]}", _("other products of the group have no value of this option")
    if len(codes) > MAX_OPTIONS:
        return "group", _("A group has at most %(most)d options.") % {"most": MAX_OPTIONS}
    if _look(values) in taken:
        return "group", _("another product of the group has the same options")
    if len(taken) >= MAX_VARIANTS:
        return "group", _("A group has at most %(most)d products.") % {"most": MAX_VARIANTS}
    return None


def _value(text: str, present: OptionValue | None) -> OptionValue:
    return present if present and present.ru == text else OptionValue(text)


def _look(values: Values) -> object:
    return frozenset((code, NAME.key(value.ru)) for code, value in values.items())


def _changes(
    row: ProductRow, values: Values, present: Values, group: _Group, product: Product | None
) -> Changes:
    changes: Changes = {
        f"{OPTION}{code}": (present[code].ru if code in present else None, values[code].ru)
        for code in row.options
        if values[code] != present.get(code)
    }
    own = product.group if product else None
    if own is None or group.stored is None or own.pk != group.stored.pk:
        changes["group"] = (own.name if own else None, group.name)
    return changes


def _refuse(plan: VariantPlan, row: ProductRow, column: str, reason: str) -> None:
    plan.refused.append(BadRow(row.number, f"{column_name(column)}: {reason}", row.cells))


def _create_groups(groups: list[_Group], by: User | None) -> None:
    names = [group.name for group in groups]
    slugs = free_slugs(names, among=ProductGroup.objects.all())
    stored = ProductGroup.objects.bulk_create(
        ProductGroup(name=name, slug=slug) for name, slug in zip(names, slugs, strict=True)
    )
    for group, row in zip(groups, stored, strict=True):
        group.stored = row
    _record_created(stored, by)


def _create_options(groups: Iterable[_Group], by: User | None) -> None:
    """Create the options that the groups lack, called by their codes until staff name them."""
    _record_created(
        GroupOption.objects.bulk_create(
            GroupOption(group=group.stored, code=code, name_ru=code, position=len(group.codes) + number)
            for group in groups
            for number, code in enumerate(_new_codes(group))
        ),
        by,
    )


def _new_codes(group: _Group) -> list[str]:
    """Return the codes of the options that the group lacks, in the order of the columns."""
    codes = dict.fromkeys(code for row in group.rows.values() for code in row.options)
    return [code for code in codes if code not in group.codes]


def _record_created(rows: Iterable[Any], by: User | None) -> None:
    record_all(
        (
            AuditRecord(Action.CREATED, row, changes_from_nothing(values_of(row, row.AUDITED_FIELDS)))
            for row in rows
        ),
        by=by,
    )
