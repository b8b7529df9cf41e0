"""Cached responses under concurrent reads and writes, and as time passes: none is outdated."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.catalog.caching import categories_cache, products_cache
from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.caching.namespaces import EVERYONE

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def update_product(office, product):
    Product.objects.filter(pk=product.pk).update(name="New")


def save_product(office, product):
    product.name = "New"
    product.save()


def patch_product(office, product):
    assert office.api.patch(f"{PRODUCTS}{product.pk}/", {"name": "New"}).status_code == 200


def import_product(office, product):
    office.import_file(f"{product.sku},New,10.00,{product.category.name}")


# --- Writers and readers at the same time


def test_reader_during_a_write_keeps_nothing_old_beyond_the_commit():
    product = make_product(name="Old")

    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(name="New")
        products_cache.get_or_build(EVERYONE, "/slow/", lambda: b"Old")  # as others still see it

    later = products_cache.get_or_build(EVERYONE, "/slow/", lambda: b"New")
    assert later.body == b"New"


@pytest.mark.parametrize("write", [update_product, save_product, patch_product, import_product])
def test_reader_whom_a_writer_overtook_keeps_nothing_old(office, write):
    product = make_product(name="Old")

    def read_slowly():
        name = Product.objects.get(pk=product.pk).name
        if name == "Old":
            write(office, product)
        return name.encode()

    overtaken = products_cache.get_or_build(EVERYONE, "/slow/", read_slowly)
    later = products_cache.get_or_build(EVERYONE, "/slow/", read_slowly)

    assert (overtaken.body, later.body) == (b"Old", b"New")


@pytest.mark.parametrize("cache", [categories_cache, products_cache], ids=["categories", "products"])
def test_reader_whom_a_category_s_writer_overtook_keeps_nothing_old(cache):
    category = make_category(name="Old")

    def read_slowly():
        name = Category.objects.get(pk=category.pk).name
        if name == "Old":
            Category.objects.filter(pk=category.pk).update(name="New")
        return name.encode()

    overtaken = cache.get_or_build(EVERYONE, "/slow/", read_slowly)
    later = cache.get_or_build(EVERYONE, "/slow/", read_slowly)

    assert (overtaken.body, later.body) == (b"Old", b"New")


@pytest.mark.parametrize("kind", [Category, Product])
def test_view_whose_rows_changed_under_its_hands_keeps_nothing_old(api, kind):
    row = make_category(name="Old") if kind is Category else make_product(name="Old")
    address = f"{CATEGORIES if kind is Category else PRODUCTS}{row.pk}/"
    writers = [row.pk]

    def write_after_the_rows_are_read(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and writers:
            kind.objects.filter(pk=writers.pop()).update(name="New")
        return result

    with connection.execute_wrapper(write_after_the_rows_are_read):
        overtaken = api.get(address).json()["name"]

    assert not writers
    assert overtaken == "Old"
    assert api.get(address).json()["name"] == "New"


def test_write_that_is_rolled_back_drops_nothing(api, kept, django_assert_num_queries):
    product = make_product(name="Old")
    kept(PRODUCTS)

    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(name="New")
        transaction.set_rollback(True)

    with django_assert_num_queries(0):
        assert [row["name"] for row in api.get(PRODUCTS).json()["results"]] == ["Old"]


def test_product_s_write_leaves_the_categories_kept(api, kept, django_assert_num_queries):
    product = make_product()
    kept(CATEGORIES)

    Product.objects.filter(pk=product.pk).update(name="New")

    with django_assert_num_queries(0):
        assert api.get(CATEGORIES).json()["count"] == 1


# --- Time


@pytest.mark.parametrize(
    "address", [PRODUCTS, CATEGORIES, f"{PRODUCTS}{{product}}/", f"{CATEGORIES}{{category}}/"]
)
def test_no_answer_is_older_than_five_minutes_whatever_happened_to_the_database(api, address):
    time_machine = pytest.importorskip("time_machine")
    product = make_product(name="Old", category=make_category(name="Old"))
    address = address.format(product=product.pk, category=product.category_id)

    with time_machine.travel(NOON, tick=False):
        assert "Old" in api.get(address).text
    with connection.cursor() as cursor:  # past everything that could tell the cache
        cursor.execute("UPDATE catalog_product SET name = 'New'")
        cursor.execute("UPDATE catalog_category SET name = 'New'")

    with time_machine.travel(NOON + timedelta(seconds=299), tick=False):
        assert "Old" in api.get(address).text
    with time_machine.travel(NOON + timedelta(seconds=300), tick=False):
        fresh = api.get(address).text
    assert "New" in fresh
    assert "Old" not in fresh
