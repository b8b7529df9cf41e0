"""Query counts of reads: the same for 1, 20 and 100 rows, and none the second time.

The process keeps the configuration, as it does unless it was edited a moment ago.
"""

import pytest

from apps.catalog.tests.factories import make_categories, make_category, make_product, make_products
from apps.store.configuration_cache import current_configuration

pytestmark = pytest.mark.django_db

ROWS, COUNT_AND_ROWS = 1, 2
RANKING = 1  # of a search
IMAGES = 1  # the first of each product
DETAIL = 5  # the product; its images, attributes, options and related products
USER = 1  # with the session


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_list_of_categories_takes_two_queries_and_then_none(api, rows, django_assert_num_queries):
    make_categories(rows - 1, parent=make_category())

    with django_assert_num_queries(COUNT_AND_ROWS):
        first = api.get("/api/v1/categories/?page_size=100")
    with django_assert_num_queries(0):
        second = api.get("/api/v1/categories/?page_size=100")

    assert len(first.json()["results"]) == rows
    assert second.content == first.content


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_list_of_products_on_one_page_takes_two_queries_and_then_none(api, rows, django_assert_num_queries):
    make_products(rows)
    current_configuration()

    with django_assert_num_queries(ROWS + IMAGES):
        first = api.get("/api/v1/products/?page_size=100")
    with django_assert_num_queries(0):
        second = api.get("/api/v1/products/?page_size=100")

    assert len(first.json()["results"]) == rows
    assert second.content == first.content


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", COUNT_AND_ROWS + IMAGES), ("&count=false", ROWS + IMAGES), ("&cursor=", ROWS + IMAGES)],
)
def test_list_of_products_on_several_pages_takes_one_query_more_when_it_is_counted(
    api, query, queries, django_assert_num_queries
):
    make_products(3)
    current_configuration()

    with django_assert_num_queries(queries):
        response = api.get(f"/api/v1/products/?page_size=2{query}")

    assert len(response.json()["results"]) == 2


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_filters_take_two_more_queries_for_the_category(api, rows, django_assert_num_queries):
    category = make_category(slug="tea")
    make_products(rows, category=category, name="Leaves")
    current_configuration()

    with django_assert_num_queries(ROWS + 2 + IMAGES):
        first = api.get(
            "/api/v1/products/?category=tea&search=leaves&price_min=1&ordering=-price&page_size=100"
        )
    with django_assert_num_queries(0):
        api.get("/api/v1/products/?category=tea&search=leaves&price_min=1&ordering=-price&page_size=100")

    assert len(first.json()["results"]) == rows


@pytest.mark.parametrize("rows", [1, 20, 100])
def test_list_that_only_staff_see_is_read_each_time(staff_api, rows, django_assert_num_queries):
    make_products(rows, is_active=False)
    current_configuration()

    for _time in range(2):
        with django_assert_num_queries(USER + ROWS + IMAGES):
            response = staff_api.get("/api/v1/products/?is_active=false&page_size=100")
        assert len(response.json()["results"]) == rows


def test_detail_takes_as_many_queries_as_it_has_parts_and_then_none(api, django_assert_num_queries):
    product = make_product()
    current_configuration()

    details = {f"/api/v1/products/{product.pk}/": DETAIL, f"/api/v1/categories/{product.category_id}/": 1}
    for address, queries in details.items():
        with django_assert_num_queries(queries):
            first = api.get(address)
        with django_assert_num_queries(0):
            second = api.get(address)
        assert first.status_code == 200
        assert second.content == first.content


def test_customers_share_what_anyone_may_read(api, customer_api, django_assert_num_queries):
    make_product()
    current_configuration()
    api.get("/api/v1/products/")

    with django_assert_num_queries(USER):
        response = customer_api.get("/api/v1/products/")

    assert len(response.json()["results"]) == 1


def test_other_query_is_another_answer(api, django_assert_num_queries):
    make_product(name="tea")
    make_product(name="coffee")
    current_configuration()
    api.get("/api/v1/products/?search=tea")

    with django_assert_num_queries(RANKING + ROWS + IMAGES):
        response = api.get("/api/v1/products/?search=coffee")

    assert [product["name"] for product in response.json()["results"]] == ["coffee"]
