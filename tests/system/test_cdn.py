"""A CDN in front of the store: it may cache public responses for as long as the operator allows."""

import pytest

from apps.catalog.tests.factories import make_product
from apps.orders.tests.factories import make_order
from conftest import signed_in

ASK_EACH_TIME = "public, no-cache"
FOR_A_MINUTE = "public, max-age=0, must-revalidate, s-maxage=60"
FOR_ONE_READER = "private, no-cache"
VARY = {"Accept-Language", "Authorization", "origin"}


@pytest.fixture
def product(db):
    return make_product()


@pytest.fixture
def public_addresses(product):
    """Return the pages that everyone sees alike."""
    products, categories = "/api/v1/products/", "/api/v1/categories/"
    return [
        products,
        f"{products}?search=product&ordering=-price",
        f"{products}{product.pk}/",
        categories,
        f"{categories}{product.category_id}/",
    ]


def told(client, address, **headers):
    response = client.get(address, headers=headers)
    return response.status_code, response["Cache-Control"], set(response["Vary"].split(", "))


def test_without_the_setting_everybody_asks_each_time(api, customer_api, public_addresses):
    for client in (api, customer_api):
        answers = [told(client, address) for address in public_addresses * 3]

        assert answers == [(200, ASK_EACH_TIME, VARY)] * len(answers)


def test_public_answer_may_be_kept_by_a_cdn_and_by_no_browser(api, settings, public_addresses):
    settings.CDN_SECONDS = 60

    # Built, kept, and given out early.
    answers = [told(api, address) for address in public_addresses * 3]

    assert answers == [(200, FOR_A_MINUTE, VARY)] * len(answers)


def test_answer_that_still_holds_may_be_kept_as_long_again(api, settings, public_addresses):
    settings.CDN_SECONDS = 60
    for address in public_addresses:
        etag = api.get(address)["ETag"]

        answers = [told(api, address, **{"If-None-Match": etag}) for _ in range(3)]

        assert answers == [(304, FOR_A_MINUTE, VARY)] * 3


def test_whoever_signs_in_is_answered_by_the_store(settings, public_addresses, customer_api, api):
    settings.CDN_SECONDS = 60
    for address in public_addresses:
        api.get(address)

        assert told(customer_api, address) == (200, ASK_EACH_TIME, VARY)


def test_what_one_reader_sees_is_kept_by_nobody_else(settings, product, customer, staff_api):
    settings.CDN_SECONDS = 60
    order = make_order(customer, {product: 1})
    personal = ["/api/v1/orders/", f"/api/v1/orders/{order.pk}/"]
    staff_only = [f"/api/v1/products/{product.pk}/", "/api/v1/products/?is_active=false"]

    answers = [told(signed_in(customer), address) for address in personal]
    answers += [told(staff_api, address) for address in staff_only]

    assert answers == [(200, FOR_ONE_READER, VARY)] * 4


@pytest.mark.parametrize("seconds", [0, 60])
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/products/987654321/", 404),
        ("/api/v1/categories/987654321/", 404),
        ("/api/v1/products/?page=9", 404),
        ("/api/v1/products/?colour=red", 400),
        ("/api/v1/orders/", 401),
        ("/api/v1/nothing/", 404),
    ],
)
def test_error_is_never_kept(api, settings, product, seconds, address, status):
    settings.CDN_SECONDS = seconds

    response = api.get(address)

    assert (response.status_code, response["Cache-Control"]) == (status, "no-store")
