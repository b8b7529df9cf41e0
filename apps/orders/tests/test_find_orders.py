"""Orders are found by what became of their money, parcels, discounts, and by who gets them."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.orders.models import Order, OrderAddress, OrderItem, order_queries
from apps.orders.tests.checkout_shop import ADDRESS, make_coupon, make_method, make_payment_method
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
LIST = "/admin/orders/order/"

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def orders(customer: User, customer_api: APIClient, staff: User) -> dict[str, int]:
    """Return the ids of orders by name: a plain one, one that was shipped, and one with all there is."""
    make_method()
    make_coupon("ЧАЙ10")
    make_payment_method("invoice")
    body = {
        "items": [{"product_id": make_product(price="100.00").pk, "quantity": 1}],
        "delivery": {"method": "courier"},
        "shipping_address": {**ADDRESS, "company": "ООО «Ромашка»"},
        "billing_address": {**ADDRESS, "name": "Борис Йогансон", "phone": "+49 1512 3456789"},
        "coupon": "чай10",
        "payment_method": "invoice",
    }
    full = customer_api.post(OWN, body, format="json")
    assert full.status_code == 201, full.json()
    return {
        "plain": make_order(customer).pk,
        "shipped": make_order_in("shipped", customer, moved_by=staff).pk,
        "full": full.json()["id"],
    }


def found_by(api: APIClient, orders: dict[str, int], address: str, **query: object) -> set[str]:
    names = {pk: name for name, pk in orders.items()}
    response = api.get(address, query)
    assert response.status_code == 200, response.json()
    assert response.json()["count"] == len(response.json()["results"])
    return {names[row["id"]] for row in response.json()["results"]}


BY_MONEY_AND_PARCELS = {
    "payment_status=unpaid": {"plain", "full"},
    "payment_status=paid&payment_status=not_due": {"shipped"},
    "payment_status=paid&payment_status=unpaid": {"plain", "shipped", "full"},
    "payment_status=overpaid": set(),
    "shipment_status=not_shipped": {"plain", "full"},
    "shipment_status=shipped": {"shipped"},
    "shipment_status=shipped&shipment_status=not_shipped": {"plain", "shipped", "full"},
    "shipment_status=delivered&shipment_status=returned": set(),
    "payment_status=&shipment_status=": {"plain", "shipped", "full"},
}


@pytest.mark.parametrize("address", [OWN, ALL])
def test_both_lists_are_filtered_by_money_and_parcels(
    customer_api: APIClient, staff_api: APIClient, orders: dict[str, int], address: str
):
    Order.objects.filter(pk=orders["shipped"]).update(payment_status="paid")
    api = customer_api if address == OWN else staff_api

    found = {query: found_by(api, orders, f"{address}?{query}") for query in BY_MONEY_AND_PARCELS}

    assert found == BY_MONEY_AND_PARCELS


def test_parcels_of_an_order_count_before_its_status(staff_api: APIClient, orders: dict[str, int]):
    Order.objects.filter(pk=orders["shipped"]).update(shipment_status="delivered")

    found = {
        status: found_by(staff_api, orders, ALL, shipment_status=status)
        for status in ("not_shipped", "shipped", "delivered")
    }

    assert found == {"not_shipped": {"plain", "full"}, "shipped": set(), "delivered": {"shipped"}}


BY_METHODS_AND_CODES = {
    ("delivery_method", "courier"): {"full"},
    ("delivery_method", "Courier"): set(),
    ("payment_method", "invoice"): {"full"},
    ("payment_method", "manual"): set(),
    ("coupon", "ЧАЙ10"): {"full"},
    ("coupon", " чаИ\u030610 "): {"full"},
    ("coupon", "ЧАЙ1"): set(),
    ("coupon", ""): {"plain", "shipped", "full"},
    ("needs_look", "true"): {"plain"},
    ("needs_look", "false"): {"shipped", "full"},
    ("needs_look", ""): {"plain", "shipped", "full"},
}


def test_staff_filter_by_methods_and_codes(staff_api: APIClient, orders: dict[str, int]):
    Order.objects.filter(pk=orders["plain"]).update(needs_look="overpaid")

    found = {
        (name, value): found_by(staff_api, orders, ALL, **{name: value})
        for name, value in BY_METHODS_AND_CODES
    }

    assert found == BY_METHODS_AND_CODES


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("payment_status=lost", "invalid_choice"),
        ("shipment_status=lost", "invalid_choice"),
        ("needs_look=maybe", "invalid"),
        ("delivery_method=" + "x" * 41, "max_length"),
        ("payment_method=%00", "null_characters_not_allowed"),
        ("coupon=" + "x" * 41, "max_length"),
    ],
)
def test_filter_that_cannot_be_understood_is_refused(staff_api: APIClient, query: str, code: str):
    response = staff_api.get(f"{ALL}?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "invalid_query")
    assert [fault["code"] for fault in response.json()["errors"]] == [code]


@pytest.mark.parametrize("parameter", ["delivery_method", "payment_method", "coupon", "needs_look", "search"])
def test_customers_have_no_filters_of_staff(customer_api: APIClient, parameter: str):
    response = customer_api.get(OWN, {parameter: "true"})

    assert response.status_code == 400
    assert [fault["code"] for fault in response.json()["errors"]] == ["unknown_parameter"]


FINDING = [
    *("Анна Смирнова", "смирнова анна", "СМИРН", "ромашка", "йогансон", "И\u0306ОГАНСОН"),
    *("+79123456789", "8 (912) 345-67-89", "89123456789", "9123456789", "8 912 345", "345-67-89", "6789"),
    *("+7 912", "8 912 345 67", "+4915123456789", "01512 3456789", "0049 1512 3456789"),
    "\N{FULLWIDTH PLUS SIGN}７ ９１２",
]


@pytest.mark.parametrize("few", [2_000, 0])
def test_recipient_is_found_by_name_and_phone(
    staff_api: APIClient,
    client: Client,
    staff: User,
    orders: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
):
    monkeypatch.setattr(order_queries, "FEW", few)
    client.force_login(staff)

    found = {text: found_by(staff_api, orders, ALL, search=text) for text in FINDING}
    listed = {
        text: [order.pk for order in client.get(LIST, {"q": text}).context["cl"].result_list]
        for text in FINDING
    }

    assert found == {text: {"full"} for text in FINDING}
    assert listed == {text: [orders["full"]] for text in FINDING}


def test_somebody_else_is_not_found(staff_api: APIClient, orders: dict[str, int]):
    others = ["Анна Иванова", "789", "+912", "-- --", "8 913 345-67-89", "12345679"]

    found = {text: found_by(staff_api, orders, ALL, search=text) for text in others}

    assert found == dict.fromkeys(others, set())


def test_number_of_an_order_is_not_mixed_up_with_a_few_digits_of_phones(
    staff_api: APIClient, orders: dict[str, int], customer: User
):
    OrderAddress.objects.filter(order=orders["full"]).update(phone=f"+7912{orders['plain']:07}")
    # Neither the names of accounts nor the codes of products have that number in them.
    OrderItem.objects.update(sku="MUG")
    customer.username, customer.email = "anna", "anna@example.com"
    customer.save()

    assert found_by(staff_api, orders, ALL, search=str(orders["plain"])) == {"plain"}


def test_erased_recipient_is_found_no_more(staff_api: APIClient, orders: dict[str, int]):
    OrderAddress.objects.filter(order=orders["full"]).update(name="", company="", phone="")

    assert found_by(staff_api, orders, ALL, search="Смирнова") == set()
    assert set(OrderAddress.objects.values_list("search_text", flat=True)) == {"\n\n"}
