"""Products in the admin: everything can be edited but the stock, which pages of its own move."""

from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products, take_stock

LIST = reverse("admin:catalog_product_changelist")
ADD = reverse("admin:catalog_product_add")

pytestmark = pytest.mark.django_db


def change_page(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def listed(response):
    assert response.status_code == 200
    return list(response.context["cl"].queryset)


def test_list_shows_active_and_inactive_ones(office):
    leaves = make_product(name="a", sku="LEAVES")
    bags = make_product(name="b", is_active=False)

    assert listed(office.browser.get(LIST)) == [leaves, bags]
    assert listed(office.browser.get(LIST, {"is_active__exact": "0"})) == [bags]
    assert listed(office.browser.get(LIST, {"q": "leaves"})) == [leaves]
    assert listed(office.browser.get(LIST, {"category__id__exact": bags.category_id})) == [bags]


@pytest.mark.parametrize("search", ["Чёрный", "чёрный", "ЧЁРНЫЙ", "черный"])
def test_list_is_searched_as_the_shop_is(office, search):
    tea = make_product(name="Чай Чёрный")
    make_product(name="Кофе")

    assert listed(office.browser.get(LIST, {"q": search})) == [tea]


def test_list_takes_the_same_queries_for_any_number_of_rows(office, django_assert_max_num_queries):
    category = make_category()
    make_products(2, category=category)
    office.browser.get(LIST)
    with django_assert_max_num_queries(20) as few:
        office.browser.get(LIST)
    make_products(50, category=category)

    with django_assert_max_num_queries(len(few)):
        office.browser.get(LIST)


def test_product_is_added_with_its_first_stock(office):
    tea = make_category()

    office.send_form(ADD, name="Чай", sku="TEA-1", price="3.50", stock="7", category=tea.pk, is_active="on")

    product = Product.objects.get()
    assert (product.name, product.slug, product.sku) == ("Чай", "chai", "TEA-1")
    assert (product.price, product.stock, product.category) == (Decimal("3.50"), 7, tea)
    assert product.search_text == "чай\ntea-1\n"
    assert office.browser.get(change_page(product)).status_code == 200


def test_sku_that_is_taken_is_told_in_the_form(office):
    taken = make_product(sku="TEA-1")
    body = {
        **office.open_form(ADD),
        "name": "Чай",
        "sku": "TEA-1",
        "price": "1",
        "stock": "0",
        "category": taken.category_id,
    }

    response = office.browser.post(ADD, body)

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["sku"]
    assert list(Product.objects.all()) == [taken]


def test_product_is_changed_without_its_stock(office):
    tea = make_product(name="Old", slug="old", sku="OLD", price="1.00", stock=7, description="Old.")
    coffee = make_category()

    office.send_form(change_page(tea), name="New", price="2.00", category=coffee.pk, is_active="")

    tea.refresh_from_db()
    assert (tea.name, tea.slug, tea.sku, tea.description) == ("New", "old", "OLD", "Old.")
    assert (tea.price, tea.stock, tea.category, tea.is_active) == (Decimal("2.00"), 7, coffee, False)
    assert tea.search_text == "new\nold\nold."


def test_stock_is_shown_but_cannot_be_edited(office):
    tea = make_product(stock=7)

    assert "stock" not in office.open_form(change_page(tea))
    office.send_form(change_page(tea), name="New", stock="1000")

    tea.refresh_from_db()
    assert (tea.name, tea.stock) == ("New", 7)
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_form_that_was_opened_before_a_sale_does_not_undo_it(office):
    tea = make_product(stock=7, price="1.00")
    form = office.open_form(change_page(tea))
    take_stock({tea.pk: 5})

    office.send(change_page(tea), {**form, "price": "2.00"})

    tea.refresh_from_db()
    assert (tea.stock, tea.price) == (2, Decimal("2.00"))


def test_other_ends_of_lines_are_no_change(office):
    tea = make_product(name="Tea", description="a\nb")

    office.send_form(change_page(tea), name="Green tea")  # a browser sends "a\r\nb"

    tea.refresh_from_db()
    assert (tea.name, tea.description) == ("Green tea", "a\nb")


def test_sale_while_the_form_is_being_saved_is_not_undone(office):
    tea = make_product(stock=7)
    form = office.open_form(change_page(tea))
    buyers = [{tea.pk: 5}]

    def buy_before_the_row_is_written(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "catalog_product" in sql and buyers:
            take_stock(buyers.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(buy_before_the_row_is_written):
        office.send(change_page(tea), {**form, "name": "New"})

    tea.refresh_from_db()
    assert not buyers
    assert (tea.name, tea.stock) == ("New", 2)


def test_product_cannot_be_deleted(office):
    tea = make_product()

    response = office.browser.post(reverse("admin:catalog_product_delete", args=[tea.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert list(Product.objects.all()) == [tea]
    offered = office.browser.get(LIST).context["action_form"].fields["action"].choices
    assert "delete_selected" not in dict(offered)


@pytest.mark.parametrize("page", [LIST, ADD])
def test_admin_is_closed_to_customers(client, customer, page):
    client.force_login(customer)

    response = client.get(page)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
