"""Lists of products that show one product of each group, and lists of the products of a group."""

import random
from decimal import Decimal

import pytest

from apps.catalog.collapsing import collapsed
from apps.catalog.models import BRAND, Attribute, AttributeValue, Product, ProductAttribute
from apps.catalog.product_details import for_lists
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.catalog.tests.variants import make_group, make_shirts, values
from apps.core.database import estimated_counts
from apps.core.database.estimated_counts import Count, Sample, count_of
from apps.store.configuration_cache import current_configuration

pytestmark = pytest.mark.django_db

LIST = "/api/v1/products/"


def shown(api, query=""):
    return [(row["id"], row["group_size"]) for row in api.get(f"{LIST}?{query}").json()["results"]]


def group_of(*prices_and_stocks, **fields):
    """Make a group of products with these prices and stocks."""
    products = [make_product(price=price, stock=stock, **fields) for price, stock in prices_and_stocks]
    make_group(*((product, values(size=str(number))) for number, product in enumerate(products)))
    return products


def test_list_of_a_group_has_its_products(api):
    small, large = make_shirts("S", "L")
    make_product()

    assert {row for row, _size in shown(api, f"group={small.group_id}")} == {small.pk, large.pk}
    assert shown(api, f"group={10**9}") == []
    assert api.get(f"{LIST}?group=x").status_code == 400


@pytest.mark.parametrize(
    ("prices_and_stocks", "first"),
    [
        ([("2.00", 5), ("1.00", 5), ("3.00", 5)], 1),  # the cheapest
        ([("1.00", 0), ("3.00", 5), ("2.00", 5)], 2),  # what is sold out comes after what is not
        ([("2.00", 0), ("1.00", 0), ("1.00", 0)], 1),  # all are sold out; of two alike, the older
        ([("1.00", 5)], 0),
    ],
)
def test_group_is_shown_by_the_cheapest_in_stock(api, prices_and_stocks, first):
    products = group_of(*prices_and_stocks)

    assert shown(api, "collapse=true") == [(products[first].pk, len(products))]


def test_products_without_a_group_are_shown_each(api):
    products = make_products(2, name="Tea")
    group_of(("1.00", 1), ("2.00", 1), name="Zebra")

    assert shown(api, "collapse=true")[:2] == [(product.pk, 1) for product in products]
    assert len(shown(api, "collapse=true")) == 3
    assert [size for _row, size in shown(api, "collapse=false")] == [None] * 4
    assert [size for _row, size in shown(api)] == [None] * 4


@pytest.mark.parametrize(
    ("query", "first", "size"),
    [
        ("price_min=2", 1, 3),
        ("price_min=2&price_max=2.50", 1, 1),
        ("in_stock=false", 0, 1),
        ("in_stock=true", 1, 3),
        ("search=red", 2, 2),
        ("attr[brand]=acme", 3, 1),
    ],
)
def test_what_the_filters_leave_out_stands_for_nobody(api, query, first, size):
    products = group_of(("1.00", 0), ("2.00", 5), ("3.00", 5), ("4.00", 5))
    Product.objects.filter(pk__in=[product.pk for product in products[2:]]).update(name="red")
    brand = Attribute.objects.get(code=BRAND)
    acme = AttributeValue.objects.create(attribute=brand, value="acme", name_ru="Acme")
    ProductAttribute.objects.create(product=products[3], attribute=brand, value=acme)

    assert shown(api, f"collapse=true&{query}") == [(products[first].pk, size)]


def test_named_products_keep_their_order(api):
    one, other = make_products(2)
    shirts = group_of(("2.00", 5), ("1.00", 5))

    ids = f"{shirts[0].pk},{other.pk},{shirts[1].pk},{one.pk}"

    assert shown(api, f"collapse=true&ids={ids}") == [(other.pk, 1), (shirts[1].pk, 2), (one.pk, 1)]


def test_products_that_are_off_sale_stand_for_nobody(api):
    hidden, shirt, other = group_of(("1.00", 5), ("2.00", 5), ("3.00", 5))
    Product.objects.filter(pk=hidden.pk).update(is_active=False)
    Product.objects.filter(pk=other.pk).update(category=make_category(is_active=False))

    assert shown(api, "collapse=true") == [(shirt.pk, 1)]


def test_pages_cursors_and_counts_are_those_of_the_collapsed_list(api):
    for number in range(3):
        group_of(*((f"{number}.50", 5) for _each in range(4)))
    every = shown(api, "collapse=true&ordering=-price")
    assert [size for _row, size in every] == [4, 4, 4]

    second = api.get(f"{LIST}?collapse=true&ordering=-price&page_size=2&page=2").json()
    first = api.get(f"{LIST}?collapse=true&ordering=-price&page_size=2&cursor=").json()
    following = api.get(first["next"]).json()

    assert second["count"] == 3
    assert [row["id"] for row in second["results"]] == [every[2][0]]
    assert [row["id"] for row in first["results"] + following["results"]] == [row for row, _size in every]
    assert following["next"] is None


@pytest.mark.parametrize(("text", "is_widened"), [("red", False), ("reds", True)])
def test_search_shows_one_of_each_group_on_all_its_pages(api, text, is_widened):
    groups = [group_of(("2.00", 5), ("1.00", 5), name=f"Red {number}") for number in range(2)]

    pages = [api.get(f"{LIST}?collapse=true&search={text}&page_size=1&page={page}").json() for page in (1, 2)]

    rows = [(row["id"], row["group_size"]) for page in pages for row in page["results"]]
    assert rows == [(group[1].pk, 2) for group in groups]
    assert [page["count"] for page in pages] == [2, 2]
    assert pages[0]["search_widened"] is is_widened


@pytest.mark.postgres
@pytest.mark.parametrize(("most", "count"), [(10, Count(4)), (7, Count(4, is_exact=False))])
def test_count_is_exact_where_the_products_are_few_enough_to_be_read(monkeypatch, most, count):
    monkeypatch.setattr(estimated_counts, "MOST_COUNTED", most)
    monkeypatch.setattr(estimated_counts, "LOOK", Sample(percent=100, sure_rows=1_000, sure_pages=1))
    for _each in range(2):
        group_of(*(("1.00", 5) for _row in range(3)))
    make_products(2)

    assert count_of(for_lists(collapsed(Product.objects.on_sale()))) == count


@pytest.mark.parametrize("number", [1, 20])
def test_collapsed_list_takes_no_statement_more(api, number, django_assert_num_queries):
    for _each in range(number):
        group_of(("1.00", 5), ("2.00", 0))
    current_configuration()

    with django_assert_num_queries(2):  # with the pictures
        assert len(shown(api, "collapse=true")) == number


def test_random_lists_are_as_reckoned_in_python(api):
    chance = random.Random(7)
    for _each in range(12):
        group_of(
            *((f"{chance.randint(1, 5)}.00", chance.choice([0, 1])) for _row in range(chance.randint(1, 6)))
        )
    make_products(5, price="2.00")

    for least in range(1, 6):
        groups: dict[object, list[Product]] = {}
        for product in Product.objects.filter(price__gte=Decimal(least)):
            groups.setdefault(product.group_id or f"alone {product.pk}", []).append(product)
        expected = {
            (min(group, key=lambda each: (each.stock == 0, each.price, each.pk)).pk, len(group))
            for group in groups.values()
        }
        assert set(shown(api, f"collapse=true&page_size=100&price_min={least}")) == expected
