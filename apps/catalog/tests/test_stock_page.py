"""The ledger of a product in the admin: read page by page, and added to by pieces or by a count."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from apps.catalog import stock
from apps.catalog.models import StockMovement
from apps.catalog.tests.factories import ORDER_ID, make_product, put_back, take_stock
from tests.support.html_forms import form_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office


def page_of(product):
    return reverse("admin:catalog_product_stock", args=[product.pk])


def send(office, product, field, form=None, **values):
    """Send the form that has the field, and return what is said."""
    form = form or form_with(office.browser.get(page_of(product)).text, field)
    response = office.browser.post(page_of(product), {**form, **values})
    assert (response.status_code, response.get("Location")) == (302, page_of(product))
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


def movements(product):
    rows = product.stock_movements.values_list("kind", "delta", "stock", "reason", "created_by")
    return list(rows)[:-1]  # without the first stock


def test_ledger_is_shown_newest_first_with_order_reason_and_who(office, staff):
    tea = make_product(stock=7)
    take_stock({tea.pk: 2})
    put_back({tea.pk: 1})
    stock.adjust_stock(product_id=tea.pk, delta=-1, reason="<b>Разбито</b> \u202e😀", created_by=staff)

    page = office.browser.get(page_of(tea))

    assert [movement.delta for movement in page.context["page"]] == [-1, 1, -2, 7]
    assert "In stock now: <strong>5</strong>" in page.text
    assert page.text.count(f'href="{reverse("admin:orders_order_change", args=[ORDER_ID])}"') == 2
    assert "&lt;b&gt;Разбито&lt;/b&gt; \u202e😀" in page.text
    assert staff.username in page.text


def test_long_ledger_has_pages_at_the_same_price(office, django_assert_num_queries):
    tea = make_product(stock=7)
    office.browser.get(page_of(tea))
    with django_assert_num_queries(5):  # session, user, product, count, rows
        office.browser.get(page_of(tea))
    StockMovement.objects.bulk_create(
        StockMovement(product=tea, kind="adjusted", delta=0, stock=7, reason=f"count {number}")
        for number in range(120)
    )

    with django_assert_num_queries(5):
        page = office.browser.get(page_of(tea), {"p": "2"})
    assert [page.context["page"][place].reason for place in (0, -1)] == ["count 69", "count 20"]
    assert 'href="?p=3"' in page.text
    assert office.browser.get(page_of(tea), {"p": "x"}).context["page"].number == 1
    assert office.browser.get(page_of(tea), {"p": "99"}).context["page"].number == 3


@pytest.mark.parametrize(("delta", "left"), [("5", 12), ("+5", 12), ("-5", 2), ("-7", 0)])
def test_stock_is_adjusted_by_pieces_for_a_reason(office, staff, delta, left):
    tea = make_product(stock=7)

    said = send(office, tea, "delta", delta=delta, reason="Инвентаризация")

    assert said == [("success", f"{tea}: {int(delta):+d}, now in stock: {left}")]
    assert movements(tea) == [("adjusted", int(delta), left, "Инвентаризация", staff.pk)]


@pytest.mark.parametrize("delta", ["-8", str(2**31 - 1)])
def test_adjustment_that_would_leave_an_impossible_stock_is_refused(office, delta):
    tea = make_product(stock=7)

    ((level, _text),) = send(office, tea, "delta", delta=delta, reason="count")

    assert (level, movements(tea)) == ("error", [])


@pytest.mark.parametrize(("count", "text"), [("5", "-2, now in stock: 5"), ("7", "unchanged: 7")])
def test_stock_is_brought_to_what_was_counted(office, staff, count, text):
    tea = make_product(stock=7)

    assert send(office, tea, "count", count=count, reason="count") == [("success", f"{tea}: {text}")]
    assert movements(tea) == [("adjusted", int(count) - 7, int(count), "count", staff.pk)]


def test_count_is_refused_when_a_piece_was_sold_since_the_page_was_opened(office):
    tea = make_product(stock=7)
    opened = form_with(office.browser.get(page_of(tea)).text, "count")
    take_stock({tea.pk: 2})

    said = send(office, tea, "count", opened, count="7", reason="count")

    assert said == [("error", f"{tea}: The stock was 7 when you opened the page and is 5 now. Count again.")]
    tea.refresh_from_db()
    assert tea.stock == 5
    assert send(office, tea, "count", count="4", reason="count")[0][0] == "success"


@pytest.mark.parametrize("seen", ["", "x", "-1", "²"])
def test_count_that_does_not_say_what_was_seen_is_refused(office, seen):
    tea = make_product(stock=7)

    ((level, _text),) = send(office, tea, "count", {f"seen_{tea.pk}": seen}, count="7", reason="count")

    assert (level, movements(tea)) == ("error", [])


@pytest.mark.parametrize(
    ("values", "form", "wrong"),
    [
        ({"delta": "5", "reason": ""}, "adjust", ["reason"]),
        ({"delta": "0", "reason": "x"}, "adjust", ["delta"]),
        ({"reason": "x"}, "adjust", ["delta"]),
        ({"count": "-1", "reason": "x"}, "count", ["count"]),
        ({"count": "", "reason": "x" * 201}, "count", ["count", "reason"]),
    ],
)
def test_what_cannot_be_read_is_shown_again(office, values, form, wrong):
    tea = make_product(stock=7)

    page = office.browser.post(page_of(tea), values)

    assert list(page.context["forms"][form].errors) == wrong
    assert values["reason"] in page.text
    assert movements(tea) == []


@pytest.mark.parametrize(
    ("permissions", "shown", "sent"),
    [
        ([], 403, 403),
        (["view_product"], 403, 403),
        (["view_stockmovement"], 403, 403),
        (["view_product", "add_stockmovement"], 403, 403),
        (["view_product", "view_stockmovement"], 200, 403),
        (["view_product", "view_stockmovement", "add_stockmovement"], 200, 302),
    ],
    ids=str,
)
def test_page_is_for_those_who_may(client, make_user, permissions, shown, sent):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    tea = make_product(stock=7)
    take_stock({tea.pk: 1})

    page = client.get(page_of(tea))
    answer = client.post(page_of(tea), {"delta": "1", "reason": "x"})

    assert (page.status_code, answer.status_code) == (shown, sent)
    assert ('name="delta"' in page.text) is (sent == 302)
    assert "/admin/orders/" not in page.text  # nor may the clerk look at orders
    assert len(movements(tea)) == (2 if sent == 302 else 1)
