"""Tax class, weight and crossed-out price in the admin: a price is never raised to the crossed-out one."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from apps.catalog.models import PriceChange, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.store.tests.factories import shipped_tax_class
from tests.support.html_forms import send_form

LIST = reverse("admin:catalog_product_changelist")
REFUSAL = "The price must be below the crossed-out price (20.00\xa0₽)."

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office.browser


@pytest.fixture
def mug():
    return make_product(name="Mug", price="10.00", compare_at_price="20.00")


def page_of(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def test_page_takes_them(browser):
    product, reduced = make_product(price="10.00"), shipped_tax_class("reduced")
    terms = {"tax_class": str(reduced.pk), "weight_g": "250", "compare_at_price": "20"}

    assert send_form(browser, page_of(product), **terms).status_code == 302

    product.refresh_from_db()
    assert (product.tax_class, product.weight_g, product.compare_at_price) == (reduced, 250, Decimal("20.00"))


def test_category_takes_a_tax_class(browser):
    category, zero = make_category(), shipped_tax_class("zero")

    send_form(browser, reverse("admin:catalog_category_change", args=[category.pk]), tax_class=str(zero.pk))

    category.refresh_from_db()
    assert category.tax_class == zero


def test_page_refuses_a_price_up_to_the_crossed_out_one(browser, mug):
    page = send_form(browser, page_of(mug), price="20")

    assert page.context["adminform"].form.errors == {"compare_at_price": [REFUSAL]}
    assert Product.objects.get().price == Decimal("10.00")


def test_list_refuses_it(browser, mug):
    listed = {"form-0-id": mug.pk, "form-0-price": "20", "initial-form-0-price": "10.00"}
    counts = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1}

    response = browser.post(LIST, {**listed, **counts, "_save": "1"})

    assert [str(message) for message in get_messages(response.wsgi_request)] == [f"{mug}: {REFUSAL}"]
    assert Product.objects.get().price == Decimal("10.00")


@pytest.mark.parametrize(("percent", "is_refused"), [("100", True), ("150", True), ("99.9", False)])
def test_percentage_refuses_it_and_says_so_before(browser, mug, percent, is_refused):
    action = {"action": "change_price", "_selected_action": [mug.pk], "percent": percent}

    preview = browser.post(LIST, {**action, "step": "preview"})
    report = browser.post(LIST, {**action, f"seen_{mug.pk}": "10.00", "step": "confirm"})

    [(_row, _address, change)] = preview.context["rows"]
    assert change.after == (REFUSAL if is_refused else "19.99\xa0₽")
    assert preview.context["changing"] == (0 if is_refused else 1)
    [outcome] = report.context["outcomes"]
    assert outcome.text == (REFUSAL if is_refused else "10.00\xa0₽ → 19.99\xa0₽")
    assert PriceChange.objects.exists() is not is_refused
