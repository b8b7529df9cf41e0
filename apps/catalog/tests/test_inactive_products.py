"""Inactive products: hidden from customers, shown to staff, never shared through the cache."""

import pytest
from django.contrib.auth.models import Permission

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from conftest import signed_in

URL = "/api/v1/products/"
NOT_THERE = (404, "not_found", [])

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_sale():
    """Return a product that everyone sees."""
    return make_product(name="on sale")


@pytest.fixture
def inactive(on_sale):
    """Return an inactive product of an active category."""
    return make_product(name="inactive", is_active=False, category=on_sale.category)


@pytest.fixture
def hidden():
    """Return an active product two levels below an inactive category."""
    closed = make_category(slug="closed", is_active=False)
    return make_product(
        name="hidden", category=make_category(slug="below", parent=make_category(parent=closed))
    )


def names(response):
    assert response.status_code == 200
    return [product["name"] for product in response.json()["results"]]


@pytest.mark.parametrize("caller", ["api", "customer_api"])
def test_customers_see_what_is_on_sale_only(request, caller, on_sale, inactive, hidden):
    client = request.getfixturevalue(caller)

    assert names(client.get(URL)) == ["on sale"]
    assert client.get(f"{URL}{on_sale.pk}/").status_code == 200
    assert refusal_of(client.get(f"{URL}{inactive.pk}/")) == NOT_THERE
    assert refusal_of(client.get(f"{URL}{hidden.pk}/")) == NOT_THERE


@pytest.mark.parametrize("caller", ["api", "customer_api"])
def test_customers_who_ask_for_inactive_ones_get_none(request, caller, on_sale, inactive, hidden):
    client = request.getfixturevalue(caller)

    assert client.get(URL, {"is_active": "false"}).json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "search_widened": False,
        "did_you_mean": None,
        "results": [],
    }
    assert names(client.get(URL, {"is_active": "true"})) == ["on sale"]


def test_staff_see_every_product_in_detail(staff_api, inactive, hidden):
    assert staff_api.get(f"{URL}{inactive.pk}/").json()["name"] == "inactive"
    assert staff_api.get(f"{URL}{inactive.pk}/").json()["is_active"] is False
    assert staff_api.get(f"{URL}{hidden.pk}/").json()["name"] == "hidden"


def test_staff_list_inactive_ones_when_they_ask(staff_api, on_sale, inactive, hidden):
    assert names(staff_api.get(URL)) == ["on sale"]
    assert names(staff_api.get(URL, {"is_active": "false"})) == ["inactive"]
    assert names(staff_api.get(URL, {"is_active": "true"})) == ["hidden", "on sale"]
    assert names(staff_api.get(f"{URL}?is_active=")) == ["on sale"]


def test_detail_that_staff_read_is_not_shown_to_customers(staff_api, api, customer_api, inactive, hidden):
    for product in (inactive, hidden):
        assert staff_api.get(f"{URL}{product.pk}/").status_code == 200

        assert refusal_of(api.get(f"{URL}{product.pk}/")) == NOT_THERE
        assert refusal_of(customer_api.get(f"{URL}{product.pk}/")) == NOT_THERE


@pytest.mark.usefixtures("on_sale", "inactive", "hidden")
@pytest.mark.parametrize("is_active", ["true", "false"])
def test_list_that_staff_read_is_not_shown_to_customers(staff_api, api, is_active):
    staff_api.get(URL, {"is_active": is_active})

    assert names(api.get(URL, {"is_active": is_active})) == {"true": ["on sale"], "false": []}[is_active]


@pytest.mark.usefixtures("on_sale", "inactive", "hidden")
@pytest.mark.parametrize("is_active", ["true", "false"])
def test_list_that_customers_read_is_not_shown_to_staff(staff_api, api, is_active):
    api.get(URL, {"is_active": is_active})

    assert (
        names(staff_api.get(URL, {"is_active": is_active}))
        == {
            "true": ["hidden", "on sale"],
            "false": ["inactive"],
        }[is_active]
    )


@pytest.mark.parametrize("category", ["id", "slug"])
def test_what_staff_read_of_a_closed_category_does_not_show_that_there_is_one(
    staff_api, api, category, hidden
):
    closed = {"id": hidden.category_id, "slug": "below"}[category]
    staff_api.get(URL, {"category": closed})

    response = api.get(URL, {"category": closed})

    assert refusal_of(response) == (400, "invalid_query", [("does_not_exist", "category")])


def test_staff_list_what_lies_in_a_closed_category(staff_api, hidden, inactive):
    response = staff_api.get(URL, {"category": "closed", "is_active": "true"})

    assert names(response) == ["hidden"]


def test_answers_that_only_staff_see_are_marked_private(staff_api, api, on_sale, inactive):
    seen_by_staff = staff_api.get(f"{URL}{inactive.pk}/")
    seen_by_all = api.get(f"{URL}{on_sale.pk}/")

    assert seen_by_staff["Cache-Control"] == "private, no-cache"
    assert seen_by_all["Cache-Control"] == "public, no-cache"
    assert "Authorization" in seen_by_staff["Vary"]
    assert "Authorization" in seen_by_all["Vary"]


def test_clerk_who_may_not_view_products_sees_what_customers_see(make_user, on_sale, inactive, hidden):
    clerk_api = signed_in(make_user(is_staff=True))

    assert names(clerk_api.get(URL, {"is_active": "false"})) == []
    assert refusal_of(clerk_api.get(f"{URL}{inactive.pk}/")) == NOT_THERE
    assert refusal_of(clerk_api.get(f"{URL}{hidden.pk}/")) == NOT_THERE


def test_clerk_who_may_view_products_sees_inactive_ones(make_user, inactive):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_product"))
    clerk_api = signed_in(clerk)

    assert names(clerk_api.get(URL, {"is_active": "false"})) == ["inactive"]
    assert clerk_api.get(f"{URL}{inactive.pk}/").status_code == 200
