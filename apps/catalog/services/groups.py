"""Services of groups of variants: their options, and the products in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import (
    changes_between,
    changes_from_nothing,
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.catalog.models import MAX_OPTIONS, GroupOption, Product, ProductGroup, ProductOption
from apps.catalog.services.rows import inserted, updated
from apps.catalog.variants import (
    OptionValue,
    Variant,
    lock_variants,
    order_values,
    put_variants,
    take_out,
    values_by_product,
)
from apps.core.database.transactions import retried_atomic
from apps.users.models import User

Values = Mapping[str, OptionValue]  # of a product, by the codes of the options


class WantedOption(NamedTuple):
    """An option as it is to be; with the id of one of the group's, that one changes.

    `order` has its values in the order in which they are to be shown, others behind them; None: as they are.
    """

    code: str
    name_ru: str
    name_en: str = ""
    option_id: int | None = None
    order: Sequence[str] | None = None


@retried_atomic
def create_group(
    *,
    options: Sequence[WantedOption] = (),
    variants: Mapping[int, Values] | None = None,
    by: User | None = None,
    **values: Any,
) -> ProductGroup:
    """Create a group with its options, in this order, and put products into it, by id, with their values.

    Its slug is made from the name when absent. Raises ValidationError as `change_group` does.
    """
    products, _groups = lock_variants(variants or {})
    group = inserted(ProductGroup(**values), by=by)
    _write_options(group, options, by)
    _put(group, products, variants or {}, by)
    _order_values(group, options, by)
    return group


@retried_atomic
def change_group(
    group_id: int,
    *,
    options: Sequence[WantedOption] | None = None,
    variants: Mapping[int, Values] | None = None,
    precondition: Callable[[ProductGroup], None] | None = None,
    by: User | None = None,
    **changes: Any,
) -> ProductGroup:
    """Change the given fields of a group; its options, to these in this order; its products, to these.

    Without `variants`, those that are there keep their values of the options that stay. Raises
    ProductGroup.DoesNotExist, and ValidationError by field, `options` or `variants` for what cannot be:
    such as a product without a value of an option, or with the values of another one of the group.
    """
    products, group = _locked(group_id, variants or {})
    if precondition:
        precondition(group)
    updated(group, changes, by=by)
    if options is not None:
        _write_options(group, options, by)
    members = {pk: product for pk, product in products.items() if product.group_id == group_id}
    if variants is None:
        known = values_by_product(members.values())
        variants = {pk: known.get(pk, {}) for pk in members}
    if left := [product for pk, product in members.items() if pk not in variants]:
        take_out(left, by=by)
    _put(group, products, variants, by)
    _order_values(group, options or (), by)
    return group


@retried_atomic
def put_into_group(product_id: int, *, group_id: int, values: Values, by: User | None = None) -> None:
    """Put a product into a group with its values, out of the one that it is in; or give it other values.

    Raises Product.DoesNotExist, ProductGroup.DoesNotExist, and ValidationError as `change_group` does.
    """
    products, groups = lock_variants([product_id], group_ids=[group_id])
    if group_id not in groups:
        raise ProductGroup.DoesNotExist
    if product_id not in products:
        raise Product.DoesNotExist
    put_variants([Variant(products[product_id], groups[group_id], values)], by=by)


@retried_atomic
def take_out_of_group(product_id: int, *, by: User | None = None) -> None:
    """Take a product out of its group, if it is in one. Raises Product.DoesNotExist."""
    products, _groups = lock_variants([product_id])
    if product_id not in products:
        raise Product.DoesNotExist
    if products[product_id].group_id:
        take_out(list(products.values()), by=by)


@retried_atomic
def delete_group(group_id: int, *, by: User | None = None) -> None:
    """Delete a group; its products stay, by themselves. Raises ProductGroup.DoesNotExist."""
    products, group = _locked(group_id, ())
    take_out(list(products.values()), by=by)
    for option in group.options.all():
        _delete_option(option, by)
    record(Action.DELETED, group, changes_to_nothing(values_of(group, group.AUDITED_FIELDS)), by=by)
    group.delete()


def _locked(group_id: int, product_ids: Iterable[int]) -> tuple[dict[int, Product], ProductGroup]:
    """Lock the group, its products and these. Raises ProductGroup.DoesNotExist."""
    members = Product.objects.filter(group=group_id).values_list("pk", flat=True)
    products, groups = lock_variants({*members, *product_ids}, group_ids=[group_id])
    # Those that came in until the group was locked. Whoever waits for them in turn is repeated.
    if late := set(members.all()) - products.keys():
        products |= lock_variants(late)[0]
    if group_id not in groups:
        raise ProductGroup.DoesNotExist
    return products, groups[group_id]


def _put(
    group: ProductGroup, products: Mapping[int, Product], variants: Mapping[int, Values], by: User | None
) -> None:
    if not products.keys() >= variants.keys():
        fault = ValidationError(_("One of these products does not exist."), code="does_not_exist")
        raise ValidationError({"variants": fault})
    put_variants([Variant(products[pk], group, values) for pk, values in variants.items()], by=by)


def _write_options(group: ProductGroup, wanted: Sequence[WantedOption], by: User | None) -> None:
    """Give the locked group these options. Raises ValidationError (`options`) for what cannot be."""
    if len(wanted) > MAX_OPTIONS:
        text = _("A group has at most %(most)d options.") % {"most": MAX_OPTIONS}
        raise ValidationError({"options": ValidationError(text, code="too_many")})
    present = {option.pk: option for option in group.options.all()}
    kept = {each.option_id for each in wanted}
    is_changed = [_delete_option(option, by) for pk, option in present.items() if pk not in kept]
    for position, each in enumerate(wanted):
        option = present.get(each.option_id or 0) or GroupOption(group=group)
        is_changed.append(_write_option(option, each, position, by))
    if any(is_changed):
        group.save(update_fields=["updated_at"])


def _order_values(group: ProductGroup, wanted: Iterable[WantedOption], by: User | None) -> None:
    orders = {each.code: each.order for each in wanted if each.order is not None}
    if not orders:
        return
    for option in group.options.filter(code__in=orders):
        if changed := order_values(option, orders[option.code]):
            record_change(option, {"order": changed}, by=by)
            group.save(update_fields=["updated_at"])


def _delete_option(option: GroupOption, by: User | None) -> bool:
    record(Action.DELETED, option, changes_to_nothing(values_of(option, option.AUDITED_FIELDS)), by=by)
    ProductOption.objects.filter(option=option).delete()
    option.delete()
    return True


def _write_option(option: GroupOption, wanted: WantedOption, position: int, by: User | None) -> bool:
    """Write the option and tell whether it is another one now. Raises ValidationError (`options`)."""
    is_new = option.pk is None
    before = {} if is_new else values_of(option, option.AUDITED_FIELDS)
    option.code, option.name_ru, option.name_en = wanted.code, wanted.name_ru, wanted.name_en
    option.position = position
    after = values_of(option, option.AUDITED_FIELDS)
    if before == after:
        return False
    try:
        option.full_clean()
    except ValidationError as error:
        raise ValidationError({"options": error.messages}) from error
    option.save()
    if is_new:
        record(Action.CREATED, option, changes_from_nothing(after), by=by)
    else:
        record_change(option, changes_between(before, after), by=by)
    return True
