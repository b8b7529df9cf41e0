"""Many products are changed at once in the admin: shown, confirmed, and told row by row."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.catalog import services
from apps.catalog.models import PriceChange, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products, take_stock
from tests.support.html_forms import form_with

LIST = reverse("admin:catalog_product_changelist")
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office


def choose(office, action, *products, query=""):
    """Choose the action for the products in the list, and return the page that comes."""
    body = {"action": action, "_selected_action": [row.pk for row in products], "index": "0"}
    return office.browser.post(LIST + query, body)


def go_on(office, page, step="confirm", query="", **values):
    """Fill in the page and press its button."""
    return office.browser.post(LIST + query, {**form_with(page.text, "action"), "step": step, **values})


def thens(page):
    """Return the last cell of each row: what would be, or what became of it."""
    assert page.status_code == 200
    rows = page.text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    return [unescape(CELL.findall(row)[-1]) for row in rows]


def outcomes(page):
    return {outcome.row: (outcome.is_done, outcome.text) for outcome in page.context["outcomes"]}


def test_products_are_taken_off_sale_and_put_on_sale_again(office, staff):
    tea, coffee = make_product(name="Tea"), make_product(name="Coffee", is_active=False)

    page = choose(office, "deactivate", tea, coffee)
    assert thens(page) == ["not on sale: customers cannot order it", "unchanged"]
    assert outcomes(go_on(office, page)) == {
        str(tea): (True, "on sale → not on sale: customers cannot order it"),
        str(coffee): (True, "unchanged"),
    }
    assert not Product.objects.filter(is_active=True).exists()

    assert thens(go_on(office, choose(office, "activate", tea)))[0] == (
        "not on sale: customers cannot order it → on sale"
    )
    assert list(Product.objects.filter(is_active=True)) == [tea]


def test_row_that_has_left_the_filter_meanwhile_is_told_of(office):
    tea, coffee = make_product(), make_product()
    only_active = "?is_active__exact=1"
    page = choose(office, "deactivate", tea, coffee, query=only_active)
    services.deactivate_product(tea.pk)

    assert outcomes(go_on(office, page, query=only_active)) == {
        str(tea): (False, "“on sale” was changed after you opened the page. It is now “No”."),
        str(coffee): (True, "on sale → not on sale: customers cannot order it"),
    }


@pytest.mark.parametrize(
    ("price", "percent", "shown", "stored"),
    [
        ("10.00", "5", "10.50\xa0₽", "10.50"),
        ("10.00", "\N{MINUS SIGN}5", "9.50\xa0₽", "9.50"),
        ("0.10", "5", "0.11\xa0₽", "0.11"),  # 0.105: half a hundredth, upwards
        ("0.30", "5", "0.32\xa0₽", "0.32"),  # 0.315
        ("0.05", "5", "unchanged", "0.05"),
        ("12.34", "-99.99", "Refused: the price would drop to zero.", "12.34"),
        ("99.99", "1000", "1,099.89\xa0₽", "1099.89"),
        ("9090909.09", "1000", "99,999,999.99\xa0₽", "99999999.99"),
        ("9090909.10", "1000", "Refused: the price would be too high.", "9090909.10"),
        ("0.00", "50", "unchanged", "0.00"),
    ],
)
def test_percent_is_previewed_to_the_hundredth_and_done_so(office, staff, price, percent, shown, stored):
    tea = make_product(price=price)

    page = choose(office, "change_price", tea)
    assert thens(page) == ["—"]
    preview = go_on(office, page, step="preview", percent=percent)
    assert thens(preview) == [shown]
    assert Product.objects.get().price == Decimal(price)
    go_on(office, preview)

    assert Product.objects.get().price == Decimal(stored)
    noted = PriceChange.objects.values_list("old_price", "new_price", "created_by")
    assert list(noted) == [(Decimal(price), Decimal(stored), staff.pk)] * (price != stored)


@pytest.mark.parametrize("percent", ["", "-100", "1000.01", "five", "0.001", "NaN", "1e9"])
def test_percent_that_makes_no_sense_is_refused_before_anything_is_shown(office, percent):
    tea = make_product(price="10.00")

    page = go_on(office, choose(office, "change_price", tea), step="confirm", percent=percent)

    assert list(page.context["form"].errors) == ["percent"]
    assert thens(page) == ["—"]
    assert not PriceChange.objects.exists()


def test_price_that_has_changed_since_the_preview_is_refused_and_the_others_follow(office):
    first, second, third = make_products(3, price="10.00")
    preview = go_on(office, choose(office, "change_price", first, second, third), "preview", percent="10")
    services.update_product(second.pk, price=Decimal("12.00"))
    take_stock({first.pk: 5})

    report = go_on(office, preview)

    assert outcomes(report) == {
        str(first): (True, "10.00\xa0₽ → 11.00\xa0₽"),
        str(second): (False, "“price” was changed after you opened the page. It is now “12.00”."),
        str(third): (True, "10.00\xa0₽ → 11.00\xa0₽"),
    }
    prices = Product.objects.order_by("pk").values_list("price", "stock")
    assert [(str(price), stock) for price, stock in prices] == [("11.00", 95), ("12.00", 100), ("11.00", 100)]
    # Sent once more, by an impatient hand: no second rise.
    assert [done for done, _text in outcomes(go_on(office, preview)).values()] == [False, False, False]


def test_products_are_moved_to_a_category(office):
    tea, coffee = make_product(name="Tea"), make_product(name="Coffee")
    hot, cold = make_category(name="Hot"), make_category(name="Cold")
    page = choose(office, "move_to_category", tea, coffee)
    services.update_product(coffee.pk, category=cold)

    report = go_on(office, page, category=hot.pk)

    assert outcomes(report) == {
        str(tea): (True, f"{tea.category} → Hot"),
        str(coffee): (False, "“category” was changed after you opened the page. It is now “Cold”."),
    }
    assert list(Product.objects.order_by("pk").values_list("category__name", flat=True)) == ["Hot", "Cold"]


def test_stock_is_adjusted_by_pieces_whatever_is_sold_meanwhile(office, staff):
    tea, coffee = make_product(stock=7), make_product(stock=3)
    page = choose(office, "adjust_stock", tea, coffee)
    preview = go_on(office, page, step="preview", delta="-5", reason="Разбито")
    assert thens(preview) == ["2", "The stock cannot fall below zero or exceed the maximum."]
    take_stock({tea.pk: 1})

    report = go_on(office, preview)

    assert outcomes(report) == {
        str(tea): (True, "-5, now in stock: 1"),
        str(coffee): (False, "The stock cannot fall below zero or exceed the maximum."),
    }
    adjusted = StockMovement.objects.filter(kind="adjusted")
    assert list(adjusted.values_list("product", "delta", "stock", "reason", "created_by")) == [
        (tea.pk, -5, 1, "Разбито", staff.pk)
    ]


def test_adjustment_that_is_sent_twice_is_made_once(office, staff):
    tea = make_product(stock=7)
    page = choose(office, "adjust_stock", tea)
    preview = go_on(office, page, step="preview", delta="5", reason="Found")

    first, second = go_on(office, preview), go_on(office, preview)

    assert outcomes(first) == {str(tea): (True, "+5, now in stock: 12")}
    text = f"{staff} changed “stock” after you opened the page. It is now “12”."
    assert outcomes(second) == {str(tea): (False, text)}
    tea.refresh_from_db()
    assert tea.stock == 12


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, ["delta", "reason"]),
        ({"delta": "5", "reason": " "}, ["reason"]),
        ({"delta": "0", "reason": "count"}, ["delta"]),
        ({"delta": "1.5", "reason": "count"}, ["delta"]),
        ({"delta": "1" * 30, "reason": "count"}, ["delta"]),
        ({"delta": "5", "reason": "x" * 201}, ["reason"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_adjustment_without_pieces_and_reason_is_refused(office, values, wrong):
    page = go_on(office, choose(office, "adjust_stock", make_product(stock=7)), **values)

    assert list(page.context["form"].errors) == wrong
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_pages_ask_no_more_for_more_products(office, django_assert_num_queries):
    products = make_products(20, category=make_category())

    for chosen in (products, products[:2]):
        with django_assert_num_queries(4):  # session, user, count, rows
            choose(office, "move_to_category", *chosen)


ACTIONS = ["activate", "deactivate", "change_price", "move_to_category", "adjust_stock", "stocktake"]


@pytest.mark.parametrize(
    ("permissions", "offered"),
    [
        (["view_product"], []),
        (["view_product", "change_product"], ACTIONS[:4]),
        (["view_product", "add_stockmovement"], ACTIONS[4:]),
    ],
    ids=["look", "change", "move"],
)
def test_clerk_is_offered_what_the_permissions_allow(client, make_user, permissions, offered):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    tea = make_product(stock=7)

    form = client.get(LIST).context["action_form"]
    choices = [name for name, _text in form.fields["action"].choices if name not in {"", "export_chosen"}]
    answers = {
        action: client.post(
            LIST, {"action": action, "_selected_action": [tea.pk], "step": "confirm"}
        ).status_code
        for action in ACTIONS
    }

    assert choices == offered
    assert [action for action, status in answers.items() if status == 200 and action in ACTIONS] == (offered)
    tea.refresh_from_db()
    assert (tea.stock, tea.is_active) == (7, True)
