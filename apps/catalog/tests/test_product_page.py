"""The page of a product in the admin tells what was sold, moved and charged."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.catalog import services, stock
from apps.catalog.admin import product_detail
from apps.catalog.admin.product_detail import Sales
from apps.catalog.models import PriceChange
from apps.catalog.tests.factories import make_product, put_back, take_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(office):
    office.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return office


def opened(office, product):
    page = office.browser.get(reverse("admin:catalog_product_change", args=[product.pk]))
    assert page.status_code == 200
    return page


def days_ago(days):
    return time_machine.travel(timezone.now() - timedelta(days=days), tick=False)


def test_sales_are_those_of_thirty_days_less_what_came_back(office):
    tea, other = make_product(stock=100), make_product(stock=100)
    with days_ago(31):
        take_stock({tea.pk: 50})
    with days_ago(29):
        take_stock({tea.pk: 7, other.pk: 1})
    put_back({tea.pk: 2})
    stock.adjust_stock(product_id=tea.pk, delta=-10, reason="broken", created_by=None)

    page = opened(office, tea)

    assert page.context["sales"] == Sales(pieces=5, is_whole=True)
    assert "<strong>5</strong>" in page.text
    assert "movements only" not in page.text


def test_sales_of_more_movements_than_are_added_up_say_so(office, monkeypatch):
    monkeypatch.setattr(product_detail, "MOST_COUNTED", 3)
    tea = make_product(stock=100)
    with days_ago(31):
        take_stock({tea.pk: 50})
    for _time in range(2):
        take_stock({tea.pk: 1})
    assert opened(office, tea).context["sales"] == Sales(pieces=2, is_whole=True)

    take_stock({tea.pk: 1})
    take_stock({tea.pk: 1})

    page = opened(office, tea)
    assert page.context["sales"] == Sales(pieces=3, is_whole=False)
    assert "(latest 10,000 movements only)" in page.text


def test_latest_twenty_movements_and_prices_are_shown_newest_first(office, staff):
    tea = make_product(stock=100, price="1.00")
    for number in range(1, 26):
        stock.adjust_stock(product_id=tea.pk, delta=-1, reason=f"<b>{number}</b>", created_by=staff)
        services.update_product(tea.pk, changed_by=staff, price=Decimal(number) + 1)

    page = opened(office, tea)

    latest = [f"<b>{number}</b>" for number in range(25, 5, -1)]
    assert [movement.reason for movement in page.context["movements"]] == latest
    assert [change.new_price for change in page.context["prices"]] == [Decimal(n) for n in range(26, 6, -1)]
    assert "<td>&lt;b&gt;25&lt;/b&gt;</td>" in page.text
    assert "<b>25" not in page.text
    assert f'href="{reverse("admin:catalog_product_stock", args=[tea.pk])}"' in page.text


def test_page_takes_the_same_queries_for_any_number_of_rows(office, staff, django_assert_num_queries):
    tea = make_product(stock=100)
    opened(office, tea)
    for _time in range(2):
        # Session, user, product, category, tax classes, movements, sales, prices; attributes and values;
        # the product's attributes, related products, texts, pictures, and the versions of the first three.
        with django_assert_num_queries(17):
            opened(office, tea)
        for _movement in range(15):
            stock.adjust_stock(product_id=tea.pk, delta=-1, reason="x", created_by=staff)
        PriceChange.objects.bulk_create(
            PriceChange(product=tea, old_price=1, new_price=2, created_by=staff) for _row in range(15)
        )


def test_form_of_a_new_product_has_no_past(office):
    page = office.browser.get(reverse("admin:catalog_product_add"))

    assert page.status_code == 200
    assert "Latest price changes" not in page.text


@pytest.mark.parametrize("may_see_stock", [False, True])
def test_who_may_only_look_sees_prices_and_the_stock_only_with_its_permission(
    client, make_user, may_see_stock
):
    clerk = make_user(is_staff=True)
    codenames = ["view_product", *["view_stockmovement"] * may_see_stock]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(clerk)
    tea = make_product(stock=100)
    stock.adjust_stock(product_id=tea.pk, delta=-1, reason="secret reason", created_by=None)
    services.update_product(tea.pk, price=Decimal("12.34"))

    page = client.get(
        reverse("admin:catalog_product_change", args=[tea.pk]), headers={"accept-language": "en"}
    )

    assert 'name="_save"' not in page.text
    assert "Latest price changes" in page.text
    assert ("secret reason" in page.text) is may_see_stock
    assert (f"/admin/catalog/product/{tea.pk}/stock/" in page.text) is may_see_stock
