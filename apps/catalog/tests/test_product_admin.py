"""Products in the admin: everything can be edited but the stock, which an action moves."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from apps.catalog import stock
from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products, take_stock

LIST = reverse("admin:catalog_product_changelist")
ADD = reverse("admin:catalog_product_add")
MAX_STOCK = 2**31 - 1

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
    assert [
        name for name, _text in office.browser.get(LIST).context["action_form"].fields["action"].choices
    ] == [
        "",
        "adjust_stock",
        "export_chosen",
    ]


def test_change_page_leads_to_what_moved_the_stock(office, staff):
    tea, other = make_product(stock=7), make_product()
    stock.adjust_stock(product_id=tea.pk, delta=-2, reason="Разбито при перевозке", created_by=staff)
    ledger = reverse("admin:catalog_stockmovement_changelist") + f"?product__id__exact={tea.pk}"

    page, rows = office.browser.get(change_page(tea)), office.browser.get(ledger)

    assert ledger in page.text
    assert "Разбито при перевозке" in rows.text
    assert staff.username in rows.text
    assert other.sku not in rows.text


def test_ledger_of_stock_is_only_read(office):
    movement = make_product(stock=7).stock_movements.get()
    pages = [
        reverse("admin:catalog_stockmovement_add"),
        reverse("admin:catalog_stockmovement_delete", args=[movement.pk]),
        reverse("admin:catalog_stockmovement_change", args=[movement.pk]),
    ]

    answers = [office.browser.post(page, {"delta": "5", "post": "yes"}).status_code for page in pages]

    assert answers == [403, 403, 403]
    assert StockMovement.objects.get().delta == 7


# --- Moving stock


def move(office, *products, **values):
    """Run the action for the products, and return what it says."""
    body = {"action": "adjust_stock", "_selected_action": [product.pk for product in products], **values}
    response = office.browser.post(LIST, body)
    assert response.status_code == 302
    return [message.level_tag for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(("delta", "left"), [("5", 12), ("+5", 12), ("-5", 2), ("-7", 0)])
def test_action_moves_the_stock_and_records_why(office, staff, delta, left):
    tea = make_product(stock=7)

    assert move(office, tea, delta=delta, reason="Инвентаризация") == ["info"]

    tea.refresh_from_db()
    assert tea.stock == left
    adjusted = StockMovement.objects.filter(kind="adjusted")
    assert list(adjusted.values_list("product", "delta", "stock", "reason", "created_by")) == [
        (tea.pk, int(delta), left, "Инвентаризация", staff.pk)
    ]


def test_action_moves_the_stock_of_several_products(office):
    tea, coffee, untouched = make_product(stock=7), make_product(stock=1), make_product(stock=3)

    assert move(office, tea, coffee, delta="2", reason="delivery") == ["info", "info"]

    stocks = {product.pk: product.stock for product in Product.objects.all()}
    assert stocks == {tea.pk: 9, coffee.pk: 3, untouched.pk: 3}


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({}, "error"),
        ({"delta": "5"}, "error"),
        ({"delta": "5", "reason": ""}, "error"),
        ({"delta": "5", "reason": "   "}, "error"),
        ({"reason": "count"}, "error"),
        ({"delta": "", "reason": "count"}, "error"),
        ({"delta": "0", "reason": "count"}, "error"),
        # Django itself refuses what its form of the action cannot read.
        ({"delta": "five", "reason": "count"}, "warning"),
        ({"delta": "1.5", "reason": "count"}, "warning"),
        ({"delta": "1" * 30, "reason": "count"}, "warning"),
        ({"delta": "5", "reason": "x" * 201}, "warning"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_action_without_pieces_and_reason_is_refused(office, values, level):
    tea = make_product(stock=7)

    assert move(office, tea, **values) == [level]

    tea.refresh_from_db()
    assert tea.stock == 7
    assert not StockMovement.objects.exclude(kind="received").exists()


@pytest.mark.parametrize("delta", [-8, MAX_STOCK])
def test_action_that_would_leave_an_impossible_stock_is_refused(office, delta):
    tea = make_product(stock=7)

    assert move(office, tea, delta=str(delta), reason="count") == ["error"]

    tea.refresh_from_db()
    assert tea.stock == 7
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_refusal_for_one_product_does_not_stop_the_others(office):
    tea, coffee = make_product(stock=1), make_product(stock=7)

    assert sorted(move(office, tea, coffee, delta="-5", reason="broken")) == ["error", "info"]

    tea.refresh_from_db()
    coffee.refresh_from_db()
    assert (tea.stock, coffee.stock) == (1, 2)


@pytest.mark.parametrize(
    ("permissions", "left"),
    [
        (["view_product"], 7),
        (["view_product", "change_product"], 7),
        (["view_product", "add_stockmovement"], 8),
    ],
    ids=["look", "change", "move"],
)
def test_clerk_needs_the_permission_that_the_api_asks_for(client, make_user, permissions, left):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    tea = make_product(stock=7)

    client.post(LIST, {"action": "adjust_stock", "_selected_action": [tea.pk], "delta": "1", "reason": "x"})

    tea.refresh_from_db()
    assert tea.stock == left
    assert StockMovement.objects.exclude(kind="received").count() == left - 7


@pytest.mark.parametrize("page", [LIST, ADD])
def test_admin_is_closed_to_customers(client, customer, page):
    client.force_login(customer)

    response = client.get(page)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
