"""Creating and changing products."""

from decimal import Decimal

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import BARE, PLAIN, make_category, make_product
from apps.core.tests.answers import on_the_wire, refusal_of

URL = "/api/v1/products/"
MAX_STOCK = 2**31 - 1
UNKNOWN = 10**15  # an id that no row has

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea():
    """Return the category of tea."""
    return make_category(name="Чай", slug="chai")


@pytest.fixture
def leaves(tea):
    """Return a product."""
    return make_product(
        name="Leaves", slug="leaves", sku="TEA-1", price="3.50", stock=7, description="Green.", category=tea
    )


def snapshot(product):
    return Product.objects.filter(pk=product.pk).values().get()


def test_product_is_made_from_what_is_required(staff_api, tea):
    response = staff_api.post(
        URL, {"name": "Чай чёрный", "sku": "TEA-1", "price": "12.5", "category": tea.pk}
    )

    product = Product.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": product.pk,
        "name": "Чай чёрный",
        "slug": "chai-chernyi",
        "sku": "TEA-1",
        "description": "",
        "price": "12.50",
        "currency": "RUB",
        **PLAIN,
        **BARE,
        "stock": 0,
        "is_active": True,
        "category": {"id": tea.pk, "name": "Чай", "slug": "chai"},
        "created_at": on_the_wire(product.created_at),
        "updated_at": on_the_wire(product.updated_at),
    }


def test_product_is_made_as_given(staff_api, tea):
    response = staff_api.post(
        URL,
        {
            "name": "Leaves",
            "slug": "best-leaves",
            "sku": "TEA-1",
            "description": "Green.",
            "price": 99999999.99,
            "stock": MAX_STOCK,
            "is_active": False,
            "category": tea.pk,
        },
    )

    product = Product.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": product.pk,
        "name": "Leaves",
        "slug": "best-leaves",
        "sku": "TEA-1",
        "description": "Green.",
        "price": "99999999.99",
        "currency": "RUB",
        **PLAIN,
        **BARE,
        "stock": MAX_STOCK,
        "is_active": False,
        "category": {"id": tea.pk, "name": "Чай", "slug": "chai"},
        "created_at": on_the_wire(product.created_at),
        "updated_at": on_the_wire(product.updated_at),
    }


def test_new_product_shows_to_everyone(staff_api, api, tea):
    made = staff_api.post(
        URL, {"name": "Leaves", "sku": "TEA-1", "price": "3.50", "stock": 2, "category": tea.pk}
    ).json()

    assert api.get(f"{URL}{made['id']}/").json() == made
    [listed] = api.get(URL).json()["results"]
    assert {**listed, **BARE} == made


def test_product_can_be_free(staff_api, tea):
    response = staff_api.post(URL, {"name": "Sample", "sku": "S", "price": "0", "category": tea.pk})

    assert response.status_code == 201
    assert response.json()["price"] == "0.00"


def test_patch_changes_what_is_given_and_nothing_else(staff_api, leaves, tea):
    before = snapshot(leaves)

    response = staff_api.patch(f"{URL}{leaves.pk}/", {"price": "4"})

    after = snapshot(leaves)
    assert response.status_code == 200
    assert response.json() == {
        "id": leaves.pk,
        "name": "Leaves",
        "slug": "leaves",
        "sku": "TEA-1",
        "description": "Green.",
        "price": "4.00",
        "currency": "RUB",
        **PLAIN,
        **BARE,
        "stock": 7,
        "is_active": True,
        "category": {"id": tea.pk, "name": "Чай", "slug": "chai"},
        "created_at": on_the_wire(leaves.created_at),
        "updated_at": on_the_wire(after["updated_at"]),
    }
    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, "price": Decimal("4.00"), "updated_at": after["updated_at"]}


def test_put_changes_every_field_but_the_stock(staff_api, leaves):
    coffee = make_category(name="Кофе", slug="kofe")

    response = staff_api.put(
        f"{URL}{leaves.pk}/",
        {
            "name": "Beans",
            "slug": "beans",
            "sku": "COF-1",
            "description": "Roasted.",
            "price": "9.99",
            "is_active": False,
            "category": coffee.pk,
        },
    )

    assert response.status_code == 200
    answer = response.json()
    assert answer["category"] == {"id": coffee.pk, "name": "Кофе", "slug": "kofe"}
    leaves.refresh_from_db()
    assert (leaves.name, leaves.slug, leaves.sku, leaves.description) == (
        "Beans",
        "beans",
        "COF-1",
        "Roasted.",
    )
    assert (str(leaves.price), leaves.stock, leaves.is_active, leaves.category) == ("9.99", 7, False, coffee)


def test_put_needs_all_that_creation_needs(staff_api, leaves):
    before = snapshot(leaves)

    response = staff_api.put(f"{URL}{leaves.pk}/", {"description": "Green."})

    assert refusal_of(response) == (
        400,
        "validation_error",
        [("required", "/name"), ("required", "/sku"), ("required", "/price"), ("required", "/category")],
    )
    assert snapshot(leaves) == before


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_product_that_does_not_exist_cannot_be_changed(staff_api, tea, method):
    body = {"name": "Leaves", "sku": "TEA-1", "price": "1.00", "category": tea.pk}

    response = getattr(staff_api, method)(f"{URL}{UNKNOWN}/", {} if method == "delete" else body)

    assert refusal_of(response) == (404, "not_found", [])
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": ""}, ("blank", "/name")),
        ({"name": 5}, ("invalid", "/name")),
        ({"name": "x" * 256}, ("max_length", "/name")),
        ({"name": "nul \x00"}, ("null_characters_not_allowed", "/name")),
        ({"sku": ""}, ("blank", "/sku")),
        ({"sku": 5}, ("invalid", "/sku")),
        ({"sku": "x" * 65}, ("max_length", "/sku")),
        ({"sku": "TAKEN"}, ("unique", "/sku")),
        ({"slug": "taken"}, ("unique", "/slug")),
        ({"slug": ""}, ("blank", "/slug")),
        ({"slug": "x" * 281}, ("max_length", "/slug")),
        ({"description": "x" * 10_001}, ("max_length", "/description")),
        ({"price": None}, ("null", "/price")),
        ({"price": True}, ("invalid", "/price")),
        ({"price": "free"}, ("invalid", "/price")),
        ({"price": "-0.01"}, ("min_value", "/price")),
        ({"price": "0.001"}, ("max_decimal_places", "/price")),
        ({"price": "100000000.00"}, ("max_digits", "/price")),
        ({"category": None}, ("null", "/category")),
        ({"category": "chai"}, ("incorrect_type", "/category")),
        ({"category": True}, ("incorrect_type", "/category")),
        ({"category": UNKNOWN}, ("does_not_exist", "/category")),
        ({"category": 10**30}, ("does_not_exist", "/category")),
        ({"category": {"id": 1}}, ("incorrect_type", "/category")),
        ({"is_active": 1}, ("invalid", "/is_active")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_value_that_cannot_be_is_refused_and_changes_nothing(staff_api, tea, leaves, values, error):
    make_product(sku="TAKEN", slug="taken")
    before = snapshot(leaves)
    fine = {"name": "Beans", "sku": "COF-1", "price": "1.00", "category": tea.pk}

    made = staff_api.post(URL, {**fine, **values})
    changed = staff_api.patch(f"{URL}{leaves.pk}/", values)

    assert refusal_of(made) == (400, "validation_error", [error])
    assert refusal_of(changed) == (400, "validation_error", [error])
    assert snapshot(leaves) == before
    assert Product.objects.count() == 2


@pytest.mark.parametrize(
    ("stock", "code"),
    [
        (-1, "min_value"),
        (MAX_STOCK + 1, "max_value"),
        (10**30, "max_value"),
        (True, "invalid"),
        ("5", "invalid"),
        (1.0, "invalid"),
        (None, "null"),
    ],
)
def test_first_stock_that_cannot_be_is_refused(staff_api, tea, stock, code):
    response = staff_api.post(
        URL, {"name": "Leaves", "sku": "TEA-1", "price": "1.00", "category": tea.pk, "stock": stock}
    )

    assert refusal_of(response) == (400, "validation_error", [(code, "/stock")])
    assert not Product.objects.exists()


def test_every_fault_is_told_at_once(staff_api):
    response = staff_api.post(URL, {"name": "", "price": "-1", "category": True, "stock": "5"})

    assert refusal_of(response) == (
        400,
        "validation_error",
        [
            ("blank", "/name"),
            ("required", "/sku"),
            ("min_value", "/price"),
            ("incorrect_type", "/category"),
            ("invalid", "/stock"),
        ],
    )


def test_ids_and_times_cannot_be_given(staff_api, tea):
    response = staff_api.post(
        URL,
        {
            "id": 7000,
            "created_at": "2001-01-01T00:00:00Z",
            "currency": "USD",
            "search_text": "hidden",
            "name": "Leaves",
            "sku": "TEA-1",
            "price": "1.00",
            "category": tea.pk,
        },
    )

    unknown = [("unknown_member", f"/{name}") for name in ("id", "created_at", "currency", "search_text")]
    assert refusal_of(response) == (400, "validation_error", unknown)
    assert not Product.objects.exists()
