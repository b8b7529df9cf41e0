"""Staff who change a group at the same time: what each does holds, or is refused in words."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Count

from apps.catalog import services
from apps.catalog.models import Product, ProductGroup, ProductOption
from apps.catalog.tests.factories import make_product, make_products
from apps.catalog.tests.variants import SIZE, make_group, make_shirts, values
from apps.core.tests.threads import at_once, rounds

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def refused_or_done(change):
    try:
        change()
    except ValidationError as refused:
        return next(iter(refused.error_dict.values()))[0].code
    return "done"


def test_of_many_products_with_the_same_values_one_comes_into_the_group():
    for _round in rounds(5):
        (shirt,) = make_shirts("S")
        products = make_products(4)

        found = at_once(
            4,
            lambda hand, group=shirt.group_id, put=products: refused_or_done(
                lambda: services.put_into_group(put[hand].pk, group_id=group, values=values(size="M"))
            ),
        )

        assert sorted(found) == ["done", "duplicate", "duplicate", "duplicate"]
        assert Product.objects.filter(group=shirt.group_id).count() == 2


def test_products_and_an_option_that_come_at_once_leave_no_gap():
    for _round in rounds(5):
        small, large = make_shirts("S", "L")
        other, group = make_product(), small.group_id

        def change(hand, group=group, other=other, small=small, large=large):
            if hand == 0:
                return refused_or_done(
                    lambda: services.put_into_group(other.pk, group_id=group, values=values(size="M"))
                )
            return refused_or_done(
                lambda: services.change_group(
                    group,
                    options=[
                        SIZE._replace(option_id=small.options.get().option_id),
                        SIZE._replace(code="fit"),
                    ],
                    variants={
                        small.pk: values(size="S", fit="slim"),
                        large.pk: values(size="L", fit="slim"),
                    },
                )
            )

        put, _changed = at_once(2, change)

        assert put in {"done", "required"}
        members = Product.objects.filter(group=group).annotate(values=Count("options"))
        assert {(product.pk, product.values) for product in members} == {(small.pk, 2), (large.pk, 2)}
        assert ProductOption.objects.filter(product=other).count() == 0


def test_groups_that_swap_products_end_with_each_product_in_one():
    for _round in rounds(8):
        first = make_group((one := make_product(), values(size="S")))
        second = make_group((two := make_product(), values(size="S")))
        moves = [(one, second), (two, first)]

        found = at_once(
            2,
            lambda hand, moves=moves: refused_or_done(
                lambda: services.put_into_group(
                    moves[hand][0].pk, group_id=moves[hand][1].pk, values=values(size=str(hand))
                )
            ),
        )

        assert found == ["done", "done"]
        assert list(first.products.all()) == [two]
        assert list(second.products.all()) == [one]


def test_group_that_is_deleted_while_a_product_comes_in():
    for _round in rounds(8):
        (shirt,) = make_shirts("S")
        other, group = make_product(), shirt.group_id

        def change(hand, group=group, other=other):
            try:
                if hand:
                    services.delete_group(group)
                else:
                    services.put_into_group(other.pk, group_id=group, values=values(size="M"))
            except ProductGroup.DoesNotExist:
                return "not found"
            return "done"

        put, deleted = at_once(2, change)

        assert deleted == "done"
        assert put in {"done", "not found"}
        assert not ProductGroup.objects.filter(pk=group).exists()
        assert not ProductOption.objects.filter(product__in=[shirt, other]).exists()
