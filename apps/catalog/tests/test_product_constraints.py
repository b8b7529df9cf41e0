"""Database constraints of products, whoever writes, and at the same moment."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def leaves():
    """Return a product."""
    return make_product(slug="leaves", sku="TEA-1", price="3.50", stock=7)


@pytest.mark.parametrize("field", ["sku", "slug"])
def test_value_that_somebody_takes_a_moment_before_the_change_is_a_refusal(staff_api, leaves, field):
    staff_api.raise_request_exception = False
    rivals = ["taken"]

    def rival_first(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and rivals:  # the checks are done
            make_product(category=leaves.category, **{field: rivals.pop()})
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        response = staff_api.patch(f"{URL}{leaves.pk}/", {field: "taken"})

    assert not rivals
    assert response.status_code in {400, 409}
    assert getattr(Product.objects.get(pk=leaves.pk), field) == getattr(leaves, field)


def test_sku_that_somebody_takes_a_moment_before_the_creation_is_told(staff_api):
    tea = make_category()
    rivals = ["TEA-1"]

    def rival_first(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and rivals:  # the checks are done
            make_product(category=tea, sku=rivals.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        response = staff_api.post(
            URL, {"name": "Leaves", "sku": "TEA-1", "price": "1.00", "category": tea.pk}
        )

    assert not rivals
    assert refusal_of(response) == (400, "validation_error", [("unique", "/sku")])
    assert Product.objects.count() == 1


@pytest.mark.parametrize("values", [{"stock": -1}, {"price": "-0.01"}], ids=str)
def test_database_itself_refuses_negative_stock_and_price(leaves, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=leaves.pk).update(**values)

    leaves.refresh_from_db()
    assert (str(leaves.price), leaves.stock) == ("3.50", 7)


def test_database_itself_refuses_a_second_product_of_one_sku(leaves):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_product(sku="TEA-1", category=leaves.category)

    assert Product.objects.get() == leaves
