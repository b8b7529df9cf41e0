"""Statements of the bulk calls: hardly more for five hundred rows than for three."""

import pytest

from apps.catalog.models import Attribute, Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.integrations.tests.bulk import move, shelf, statuses, upsert

# SQLite takes so few values in a statement that many rows are several.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

CREATING, FINDING, MOVING = 37, 14, 12
CHANGING = {3: 30, 500: 34}  # Django deletes a hundred related products with each statement


@pytest.mark.parametrize("number", [3, 500])
def test_statements_of_an_upsert_do_not_grow_with_its_products(staff_api, number, django_assert_num_queries):
    category, beside = make_category(), make_product()
    everything = {"stock": 5, "tax_class": "none", "related": [beside.pk], "compare_at_price": "9.00"}
    everything["attributes"] = [{"code": "weight_class", "values": ["2"]}]
    Attribute.objects.create(code="weight_class", name_ru="Класс", type="number")
    rows = [{**row, **everything, "external_id": row["sku"]} for row in shelf(category, number)]
    others = [
        {**row, "price": "4.00", "related": [], "attributes": [], "slug": f"other-{row['sku']}"}
        for row in rows
    ]
    for row in others:
        del row["stock"]

    with django_assert_num_queries(CREATING):
        created = upsert(staff_api, *rows)
    with django_assert_num_queries(CHANGING[number]):
        changed = upsert(staff_api, *others)
    with django_assert_num_queries(FINDING):
        unchanged = upsert(staff_api, *others)

    assert [set(statuses(each)) for each in (created, changed, unchanged)] == [
        {"created"},
        {"updated"},
        {"unchanged"},
    ]
    assert Product.objects.filter(price="4.00", stock=5).count() == number


@pytest.mark.parametrize("number", [3, 1_000])
def test_statements_of_a_stock_bulk_do_not_grow_with_its_rows(staff_api, number, django_assert_num_queries):
    products = make_products(number, stock=10)

    with django_assert_num_queries(MOVING):
        response = move(staff_api, *({"sku": product.sku, "delta": 1} for product in products))

    assert set(statuses(response)) == {"updated"}
    assert set(Product.objects.values_list("stock", flat=True)) == {11}
