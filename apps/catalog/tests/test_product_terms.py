"""Tax class, weight and crossed-out price of products, and tax class of categories, as the API takes them."""

from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.models import Category, PriceChange, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from apps.store.tests.factories import shipped_tax_class, shipped_tax_classes

PRODUCTS, CATEGORIES = "/api/v1/products/", "/api/v1/categories/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tax_classes(db):
    """Make the tax classes that the store comes with."""
    shipped_tax_classes()


def terms_of(product):
    return Product.objects.values_list("tax_class__code", "weight_g", "compare_at_price").get(pk=product.pk)


def test_product_is_made_with_them(staff_api):
    terms = {"tax_class": "reduced", "weight_g": 620, "compare_at_price": "7.5"}
    body = {"name": "Mug", "sku": "M-1", "price": "5.00", "category": make_category().pk, **terms}

    response = staff_api.post(PRODUCTS, body)

    made = response.json()
    assert response.status_code == 201
    assert terms_of(Product(pk=made["id"])) == ("reduced", 620, Decimal("7.50"))
    assert {name: made[name] for name in terms} == {**terms, "compare_at_price": "7.50"}
    assert (made["tax_rate"], made["lowest_price_30d"], made["discount_percent"]) == ("10.00", None, None)
    reduced = shipped_tax_class("reduced")
    changes = AuditEntry.objects.about(Product(pk=made["id"])).get().changes
    assert changes["tax_class"] == [None, f"{reduced.pk}: {reduced}"]
    assert (changes["weight_g"], changes["compare_at_price"]) == ([None, 620], [None, "7.50"])


@pytest.mark.parametrize("method", ["put", "patch"])
def test_they_are_changed_and_taken_away(staff_api, method):
    product = make_product(price="5.00")
    required = {"name": product.name, "sku": product.sku, "price": "5.00", "category": product.category_id}
    body = required if method == "put" else {}
    change = getattr(staff_api, method)
    address = f"{PRODUCTS}{product.pk}/"

    given = {"tax_class": "zero", "weight_g": 0, "compare_at_price": "5.01"}
    assert change(address, {**body, **given}).status_code == 200
    assert terms_of(product) == ("zero", 0, Decimal("5.01"))

    assert change(address, {**body, "name": "Other"}).status_code == 200  # what is left out stays
    assert terms_of(product) == ("zero", 0, Decimal("5.01"))

    response = change(address, {**body, **dict.fromkeys(given)})
    assert response.status_code == 200
    assert terms_of(product) == (None, None, None)
    assert not PriceChange.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"price": "20.00"}, "/price"),
        ({"price": "20.01"}, "/price"),
        ({"compare_at_price": "10.00"}, "/compare_at_price"),
        ({"compare_at_price": "0"}, "/compare_at_price"),
        ({"price": "30.00", "compare_at_price": "30"}, "/compare_at_price"),
    ],
)
def test_price_is_kept_below_the_crossed_out_one(staff_api, body, pointer):
    product = make_product(price="10.00", compare_at_price="20.00")

    response = staff_api.patch(f"{PRODUCTS}{product.pk}/", body, headers={"accept-language": "en"})

    assert refusal_of(response) == (400, "validation_error", [("no_reduction", pointer)])
    before = body.get("compare_at_price", "20.00")
    told = f"The price must be below the crossed-out price ({Decimal(before):.2f}\N{NO-BREAK SPACE}₽)."
    assert response.json()["errors"][0]["detail"] == told
    product.refresh_from_db()
    assert (product.price, product.compare_at_price) == (Decimal("10.00"), Decimal("20.00"))
    assert not PriceChange.objects.exists()
    assert not AuditEntry.objects.about(product).exists()


def test_both_prices_can_rise_together(staff_api):
    product = make_product(price="10.00", compare_at_price="20.00")

    response = staff_api.patch(f"{PRODUCTS}{product.pk}/", {"price": "30.00", "compare_at_price": "40.00"})

    assert response.status_code == 200
    assert terms_of(product) == (None, None, Decimal("40.00"))


def test_new_product_cannot_cost_its_crossed_out_price(staff_api):
    body = {"name": "Mug", "sku": "M-1", "price": "5.00", "category": make_category().pk}

    response = staff_api.post(PRODUCTS, {**body, "compare_at_price": "5.00"})

    assert refusal_of(response) == (400, "validation_error", [("no_reduction", "/compare_at_price")])
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("tax_class", "unknown", "does_not_exist"),
        ("tax_class", "Standard", "does_not_exist"),
        ("tax_class", "", "does_not_exist"),
        ("tax_class", "x" * 10_000, "does_not_exist"),
        ("tax_class", "standard\u0000", "does_not_exist"),
        ("tax_class", 1, "invalid"),
        ("tax_class", True, "invalid"),
        ("tax_class", ["standard"], "invalid"),
        ("tax_class", {"code": "standard"}, "invalid"),
        ("weight_g", -1, "min_value"),
        ("weight_g", 100_000_001, "max_value"),
        ("weight_g", 10**30, "max_value"),
        ("weight_g", 1.5, "invalid"),
        ("weight_g", 1.0, "invalid"),
        ("weight_g", "500", "invalid"),
        ("weight_g", True, "invalid"),
        ("weight_g", [], "invalid"),
        ("compare_at_price", "-1", "min_value"),
        ("compare_at_price", "100000000.00", "max_digits"),
        ("compare_at_price", "20.001", "max_decimal_places"),
        ("compare_at_price", "1e3", "invalid"),
        ("compare_at_price", "NaN", "invalid"),
        ("compare_at_price", "", "invalid"),
        ("compare_at_price", True, "invalid"),
        ("compare_at_price", {}, "invalid"),
        ("lowest_price_30d", "1.00", "unknown_member"),
        ("discount_percent", 5, "unknown_member"),
        ("tax_rate", "20.00", "unknown_member"),
    ],
)
def test_wrong_values_are_refused(staff_api, name, value, code):
    product = make_product(price="10.00")

    response = staff_api.patch(f"{PRODUCTS}{product.pk}/", {name: value})

    assert refusal_of(response) == (400, "validation_error", [(code, f"/{name}")])
    assert terms_of(product) == (None, None, None)


@pytest.mark.django_db(transaction=True)
def test_tax_class_of_a_category_is_given_and_taken_away(staff_api, api):
    made = staff_api.post(CATEGORIES, {"name": "Tea", "tax_class": "standard"}).json()
    address = f"{CATEGORIES}{made['id']}/"
    assert made["tax_class"] == "standard"
    assert api.get(address).json() == api.get(CATEGORIES).json()["results"][0] == made

    assert staff_api.patch(address, {"tax_class": "zero"}).json()["tax_class"] == "zero"
    assert api.get(address).json()["tax_class"] == "zero"
    assert staff_api.put(address, {"name": "Tea", "tax_class": None}).json()["tax_class"] is None
    assert Category.objects.get().tax_class is None


@pytest.mark.parametrize(
    ("value", "code"), [("unknown", "does_not_exist"), ("", "does_not_exist"), (7, "invalid")]
)
def test_unknown_tax_class_of_a_category_is_refused(staff_api, value, code):
    response = staff_api.post(CATEGORIES, {"name": "Tea", "tax_class": value})

    assert refusal_of(response) == (400, "validation_error", [(code, "/tax_class")])
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("lowest", "price", "percent"),
    [
        (None, "9.00", None),
        ("9.00", "9.00", None),
        ("8.00", "9.00", None),
        ("10.00", "9.00", 10),
        ("10.00", "9.01", 9),
        ("100.00", "99.50", 0),
        ("3.00", "2.00", 33),
        ("10.00", "0.00", 100),
        ("0.00", "0.00", None),
    ],
)
def test_discount_is_reckoned_from_the_lowest_price_and_rounded_down(api, lowest, price, percent):
    product = make_product(price=price, compare_at_price="200.00", lowest_price_30d=lowest)

    body = api.get(f"{PRODUCTS}{product.pk}/").json()

    assert (body["lowest_price_30d"], body["discount_percent"]) == (lowest, percent)
