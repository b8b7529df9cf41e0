"""Staff find what they type as they would read it, not as it happens to be spelt."""

import pytest
from django.urls import reverse

from apps.catalog.tests.factories import make_product
from apps.orders.tests.factories import make_order

ORDERS = "/api/v1/admin/orders/"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def customers(make_user):
    """Return two customers, each with an order."""
    olga = make_user(username="Йольга", email="olga@xn--e1afmkfd.xn--p1ai")
    boris = make_user(username="boris", email="boris@example.com")
    for customer in (olga, boris):
        make_order(customer, {make_product(sku="BUG-9a" if customer == olga else "T-1"): 1})
    return olga, boris


@pytest.mark.parametrize(
    "text",
    [
        "olga@пример.рф",
        "OLGA@ПРИМЕР.РФ",
        "olga@xn--e1afmkfd.xn--p1ai",
        "olga",
        "йольга",
        "И\N{COMBINING BREVE}ольга",
        "Йоль\N{ZERO WIDTH SPACE}га",
        "BUG-9a",
        "BUG\N{ZERO WIDTH SPACE}-9a",
    ],
)
def test_order_is_found_in_any_spelling(staff_api, customers, text):
    found = staff_api.get(ORDERS, {"search": text}).json()["results"]

    assert [order["user"]["id"] for order in found] == [customers[0].pk]


@pytest.mark.parametrize("text", ["\N{ZERO WIDTH SPACE}", "\N{HANGUL FILLER}"])
def test_nothing_is_found_by_what_cannot_be_seen(staff_api, customers, text):
    assert staff_api.get(ORDERS, {"search": text}).json()["count"] == 0


@pytest.mark.parametrize("text", ["olga@пример.рф", "И\N{COMBINING BREVE}ольга"])
@pytest.mark.parametrize("page", ["users_user", "orders_order"])
def test_lists_of_the_admin_find_the_same(client, staff, customers, page, text):
    client.force_login(staff)

    page = client.get(reverse(f"admin:{page}_changelist"), {"q": text})

    assert page.context["cl"].result_count == 1
