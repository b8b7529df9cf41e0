"""Amounts are typed in the admin as they are shown there."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from tests.support.html_forms import form_with, send_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client, staff):
    client.force_login(staff)
    return client


@pytest.mark.parametrize(
    ("language", "shown", "typed"),
    [
        ("ru", "1250,00", "12,50"),
        ("ru", "1250,00", "12.50"),
        ("ru", "1250,00", " 1 2\u202f,50\u00a0"),
        ("en", "1250.00", "12.50"),
    ],
)
def test_price_is_read_as_it_is_written_in_the_language(staff_client, language, shown, typed):
    tea = make_product(price="1250")
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    page = reverse("admin:catalog_product_change", args=[tea.pk])

    assert form_with(staff_client.get(page).text, "price")["price"] == [shown]
    send_form(staff_client, page, price=typed)

    assert Product.objects.get().price == Decimal("12.50")


def test_comma_of_another_language_is_no_thousand(staff_client):
    tea = make_product(price="1.00")
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    send_form(staff_client, reverse("admin:catalog_product_change", args=[tea.pk]), price="12,50")

    assert Product.objects.get().price == Decimal("1.00")


def test_row_of_the_list_is_read_so_too(staff_client):
    make_product(price="10.00")
    staff_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    address = reverse("admin:catalog_product_changelist")
    form = form_with(staff_client.get(address).text, "form-0-price")

    staff_client.post(address, {**form, "form-0-price": "1\u00a0250,50", "_save": "Save"})

    assert form["form-0-price"] == ["10,00"]
    assert Product.objects.get().price == Decimal("1250.50")
