"""A stocktake in the admin: many counts at once, told row by row, and none over a sale made meanwhile."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products, take_stock
from tests.support.html_forms import form_with

LIST = reverse("admin:catalog_product_changelist")
PAGE = reverse("admin:catalog_product_stocktake")

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office


def opened(office, query=""):
    page = office.browser.get(PAGE + query)
    assert page.status_code == 200
    return form_with(page.text, "reason")


def enter(office, sheet, counts, reason="Stocktake"):
    """Type the counts, by product, and send the sheet."""
    cells = {f"count_{product.pk}": count for product, count in counts.items()}
    page = office.browser.post(PAGE, {**sheet, **cells, "reason": reason})
    assert page.status_code == 200
    return page


def outcomes(page):
    return {outcome.row: (outcome.is_done, outcome.text) for outcome in page.context.get("outcomes", [])}


def left(page):
    """Return what is still on the sheet: each product with the stock that is shown, and its cell."""
    return [(product, seen, cell.value()) for product, seen, cell in page.context["sheet"].rows()]


def test_each_count_is_done_or_refused_for_itself(office, staff):
    fewer, same, sold, wrong, empty = make_products(5, stock=10)
    sheet = opened(office)
    take_stock({sold.pk: 3, empty.pk: 1})

    page = enter(office, sheet, {fewer: "8", same: "10", sold: "10", wrong: "ten"}, "Ночь 1")

    assert outcomes(page) == {
        str(fewer): (True, "-2, now in stock: 8"),
        str(same): (True, "unchanged: 10"),
        str(sold): (False, "The stock was 10 when you opened the page and is 7 now. Count again."),
        str(wrong): (False, "Enter a whole number."),
    }
    assert left(page) == [(sold, "7", ""), (wrong, "10", "ten"), (empty, "9", "")]
    counted = StockMovement.objects.filter(kind="adjusted").order_by("pk")
    assert list(counted.values_list("product", "delta", "stock", "reason", "created_by")) == [
        (fewer.pk, -2, 8, "Ночь 1", staff.pk),
        (same.pk, 0, 10, "Ночь 1", staff.pk),
    ]

    page = enter(office, form_with(page.text, "reason"), {sold: "6", wrong: "9", empty: "9"})
    assert [done for done, _text in outcomes(page).values()] == [True, True, True]
    assert left(page) == []
    assert list(Product.objects.order_by("pk").values_list("stock", flat=True)) == [8, 10, 6, 9, 9]


def test_sheet_that_is_sent_twice_changes_nothing_twice(office):
    tea = make_product(stock=10)
    sheet = opened(office)
    enter(office, sheet, {tea: "8"})

    ((is_done, text),) = outcomes(enter(office, sheet, {tea: "8"})).values()

    assert (is_done, text) == (False, "The stock was 10 when you opened the page and is 8 now. Count again.")
    assert StockMovement.objects.filter(kind="adjusted").count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_nothing_is_counted_without_a_reason_and_nothing_that_was_typed_is_lost(office, reason):
    tea, coffee = make_product(stock=10), make_product(stock=3)
    sheet = opened(office)
    take_stock({tea.pk: 1})

    page = enter(office, sheet, {tea: "8", coffee: "x"}, reason)

    assert outcomes(page) == {}
    assert left(page) == [(tea, "10", "8"), (coffee, "3", "x")]
    assert list(page.context["sheet"].errors) == ["reason", f"count_{coffee.pk}"]
    assert not StockMovement.objects.filter(kind="adjusted").exists()


@pytest.mark.parametrize("count", ["-1", "1.5", "2147483648", "9" * 40, "<b>1</b>", "\u202e5"])
def test_count_that_cannot_be_is_shown_again_as_it_was_typed(office, count):
    tea = make_product(stock=10)

    page = enter(office, opened(office), {tea: count})

    assert [is_done for is_done, _text in outcomes(page).values()] == [False]
    assert left(page) == [(tea, "10", count)]
    assert "<b>1" not in page.text
    assert not StockMovement.objects.filter(kind="adjusted").exists()


def test_sheet_holds_the_products_that_the_list_shows(office):
    drinks = make_category(name="Drinks")
    tea = make_product(name="Tea", category=make_category(parent=drinks))
    make_product(name="Mug")
    query = f"?category__id__exact={drinks.pk}"

    assert f'href="{PAGE}{query}"' in office.browser.get(LIST + query).text
    assert [row[0] for row in left(office.browser.get(PAGE + query))] == [tea]
    assert [row[0] for row in left(office.browser.get(PAGE, {"q": "tea"}))] == [tea]
    assert office.browser.get(PAGE, {"p": "99", "nonsense": "1"}).url == PAGE


def test_chosen_products_are_put_on_a_sheet(office):
    tea, coffee, _mug = make_products(3, stock=7)
    chosen = {"action": "stocktake", "_selected_action": [tea.pk, coffee.pk], "index": "0"}

    page = office.browser.post(LIST, chosen)
    assert left(page) == [(tea, "7", None), (coffee, "7", None)]

    assert len(outcomes(enter(office, form_with(page.text, "reason"), {tea: "6", coffee: "7"}))) == 2


@pytest.mark.parametrize("forged", [{}, {"seen_x": "1"}, {"seen_" + "9" * 18: "1"}])
def test_sheet_of_nothing_says_so(office, forged):
    page = office.browser.post(PAGE, {"reason": "x", **forged})

    assert "You have not entered any counts." in page.text
    assert left(page) == []


def test_hostile_names_are_shown_as_text(office):
    make_product(name="<i>Tea</i> \u202e😀" + "x" * 230, stock=1)

    page = office.browser.get(PAGE).text

    assert "<i>Tea" not in page
    assert "&lt;i&gt;Tea&lt;/i&gt; 😀" in page


def test_page_takes_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries):
    category = make_category()
    for _time in range(2):
        make_products(20, category=category)
        office.browser.get(PAGE)
        with django_assert_num_queries(4):  # session, user, count, rows
            office.browser.get(PAGE)


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        (["add_stockmovement"], 403),
        (["view_product", "change_product", "view_stockmovement"], 403),
        (["view_product", "add_stockmovement"], 200),
    ],
    ids=str,
)
def test_page_is_for_those_who_may_move_stock(client, make_user, permissions, status):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    tea = make_product(stock=7)
    body = {f"seen_{tea.pk}": "7", f"count_{tea.pk}": "6", "reason": "x"}

    assert [client.get(PAGE).status_code, client.post(PAGE, body).status_code] == [status, status]
    tea.refresh_from_db()
    assert tea.stock == (6 if status == 200 else 7)
