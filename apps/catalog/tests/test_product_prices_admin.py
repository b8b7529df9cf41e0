"""Prices are typed in the admin's list: none is written that nobody typed, and none over an unseen one."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from apps.catalog import services
from apps.catalog.models import PriceChange, Product
from apps.catalog.tests.factories import make_category, make_product, make_products, take_stock
from apps.store.configuration_cache import current_configuration
from tests.support.html_forms import form_with

LIST = reverse("admin:catalog_product_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office


def open_list(office, query=""):
    return form_with(office.browser.get(LIST + query).text, "form-0-price")


def typed(form, product, price):
    """Return the form with another price in the product's row."""
    (row,) = [
        name.removesuffix("-id") for name in form if name.endswith("-id") and form[name] == [str(product.pk)]
    ]
    return {**form, f"{row}-price": price}


def save(office, form, query=""):
    """Press the button, and return what is said."""
    response = office.browser.post(LIST + query, {**form, "_save": "Save"})
    assert (response.status_code, response.url) == (302, LIST + query)
    return [str(message) for message in get_messages(response.wsgi_request)]


def prices():
    return [str(price) for price in Product.objects.order_by("pk").values_list("price", flat=True)]


def test_typed_prices_are_saved_and_noted(office, staff):
    tea, _coffee, mug = (make_product(name=name) for name in ("A tea", "Coffee", "Mug"))
    form = typed(typed(open_list(office), tea, "11"), mug, "0.5")

    assert save(office, form) == [f"{tea}: 10.00\xa0₽ → 11.00\xa0₽", f"{mug}: 10.00\xa0₽ → 0.50\xa0₽"]

    assert prices() == ["11.00", "10.00", "0.50"]
    assert list(PriceChange.objects.values_list("product", "new_price", "created_by")) == [
        (mug.pk, Decimal("0.50"), staff.pk),
        (tea.pk, Decimal("11.00"), staff.pk),
    ]


def test_list_that_was_opened_before_a_change_and_a_sale_undoes_neither(office):
    tea, coffee, mug = (make_product(name=name, stock=7) for name in ("A tea", "Coffee", "Mug"))
    form = open_list(office)
    services.update_product(tea.pk, price=Decimal("12.00"))
    services.update_product(coffee.pk, price=Decimal("12.00"))
    take_stock({tea.pk: 5, mug.pk: 5})

    said = save(office, typed(typed(form, coffee, "11.00"), mug, "11.00"))

    assert said == [
        f"{coffee}: “price” was changed after you opened the page. It is now “12.00”.",
        f"{mug}: 10.00\xa0₽ → 11.00\xa0₽",
    ]
    assert prices() == ["12.00", "12.00", "11.00"]
    assert list(Product.objects.order_by("pk").values_list("stock", flat=True)) == [2, 7, 2]


@pytest.mark.parametrize("wrong", ["", "abc", "-1", "1.005", "100000000", "NaN"])
def test_price_that_cannot_be_does_not_stop_the_others(office, wrong):
    tea, coffee = make_product(name="A tea"), make_product(name="Coffee")

    said = save(office, typed(typed(open_list(office), tea, wrong), coffee, "11.00"))

    assert said[0].startswith(f"{tea}: ")
    assert said[1:] == [f"{coffee}: 10.00\xa0₽ → 11.00\xa0₽"]
    assert prices() == ["10.00", "11.00"]


@pytest.mark.parametrize("forged", [{"initial-form-0-price": []}, {"initial-form-0-price": "x"}])
def test_form_that_does_not_say_what_was_seen_writes_nothing(office, forged):
    make_product(price="10.00")
    form = {**open_list(office), "form-0-price": "11.00", **forged}

    assert len(save(office, form)) == 1
    assert prices() == ["10.00"]


@pytest.mark.parametrize("row_id", ["", "x", "9" * 30, "-1", "999"])
def test_row_that_there_is_not_is_left_out(office, row_id):
    make_product(price="10.00")

    assert save(office, {**open_list(office), "form-0-id": row_id, "form-0-price": "11.00"}) == []
    assert prices() == ["10.00"]


def test_stock_is_no_part_of_the_form(office):
    tea = make_product(stock=7)
    form = open_list(office)

    assert [name for name in form if "stock" in name] == []
    save(office, {**typed(form, tea, "11.00"), "form-0-stock": "1000"})
    tea.refresh_from_db()
    assert tea.stock == 7


def test_search_and_page_are_kept(office):
    tea = make_product(name="Tea")
    make_product(name="Coffee")

    save(office, typed(open_list(office, "?q=tea"), tea, "11.00"), "?q=tea")


def test_hostile_names_are_shown_as_text(office):
    name = '<script>alert(1)</script>" onload="x \u202eevil 😀'
    make_product(name=name, category=make_category(name="<b>bold</b>"))

    page = office.browser.get(LIST).text

    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert '" onload="' not in page
    assert "x evil 😀" in page


@pytest.mark.parametrize(("codename", "status"), [("view_product", 403), ("change_product", 302)])
def test_prices_are_for_those_who_may_change_products(client, make_user, codename, status):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename=codename))
    client.force_login(clerk)
    tea = make_product(price="10.00")
    body = {"form-0-id": tea.pk, "form-0-price": "11.00", "initial-form-0-price": "10.00", "_save": "Save"}

    assert ('name="form-0-price"' in client.get(LIST).text) is (status == 302)
    assert client.post(LIST, body).status_code == status
    assert prices() == (["11.00"] if status == 302 else ["10.00"])


def test_list_takes_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries):
    category = make_category()
    make_products(2, category=category)
    office.browser.get(LIST)
    for _time in range(2):
        with django_assert_num_queries(4):  # session, user, count, rows
            office.browser.get(LIST)
        make_products(40, category=category)


def test_saving_asks_only_about_the_rows_that_were_typed_in(office, django_assert_num_queries):
    for number in (2, 30):
        tea = make_products(number)[0]
        form = typed(open_list(office, f"?category__id__exact={tea.category_id}"), tea, "11.00")
        current_configuration()  # which the categories of the new products have changed

        with django_assert_num_queries(21):  # session, user, rows; one row's transaction, details and message
            office.browser.post(LIST, {**form, "_save": "Save"})
