"""Lowest price of 30 days, by hand-made histories: what stands beside a crossed-out price."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog import services
from apps.catalog.lowest_prices import PastChange, lowest_price, repair_lowest_prices
from apps.catalog.models import PriceChange, Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.database.append_only import AppendOnlyQuerySet
from apps.store.configuration_cache import current_configuration

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1) / timedelta(days=1)


def history(*steps):
    """Return changes, the latest first, from (day, old price, new price), the earliest first."""
    changes = [PastChange(DAY_0 + timedelta(days=day), Decimal(old), Decimal(new)) for day, old, new in steps]
    return changes[::-1]


@pytest.mark.parametrize(
    ("steps", "lowest"),
    [
        ([], None),
        ([(0, 80, 100)], None),  # a rise is no reduction
        ([(0, 100, 80), (5, 80, 90)], None),  # nor is one that was given up
        ([(0, 100, 80)], 100),
        ([(0, 90, 100), (29, 100, 80)], 90),
        ([(0, 90, 100), (30 - SECOND, 100, 80)], 90),
        ([(0, 90, 100), (30, 100, 80)], 100),  # 90 was in force until the window began
        ([(0, 90, 100), (31, 100, 80)], 100),
        # A cheap day within the window, between two dear ones.
        ([(0, 100, 70), (1, 70, 100), (20, 100, 80)], 70),
        ([(0, 100, 70), (1, 70, 100), (31, 100, 80)], 100),
        ([(0, 100, 70), (1, 70, 100), (31 - SECOND, 100, 80)], 70),
        # A reduction in steps: what counts is what was before the first of them.
        ([(0, 100, 90), (10, 90, 80), (40, 80, 70)], 100),
        ([(0, 100, 90), (30, 90, 80), (60, 80, 70), (90, 70, 60)], 100),
        ([(0, 100, 90), (30 + SECOND, 90, 80)], 90),  # too late to belong to it
        ([(0, 50, 100), (5, 100, 90), (10, 90, 80)], 50),  # low before the first step
        ([(0, 100, 90), (10, 90, 95), (12, 95, 80)], 90),  # a rise between them begins anew
        ([(0, 100, 80), (1, 80, 100), (2, 100, 80), (3, 80, 100), (4, 100, 80)], 80),
    ],
)
def test_lowest_price_before_the_reduction(steps, lowest):
    assert lowest_price(history(*steps)) == lowest


@pytest.fixture
def past(monkeypatch):
    """Return a function that writes a product's price changes: (days ago, old price, new price)."""

    def write(product, *steps):
        now = datetime.now(UTC)
        for days, old, new in steps:
            change = PriceChange.objects.create(product=product, old_price=old, new_price=new)
            super(AppendOnlyQuerySet, PriceChange.objects.filter(pk=change.pk)).update(
                created_at=now - timedelta(days=days)
            )

    return write


def stored(product):
    return Product.objects.values_list("compare_at_price", "lowest_price_30d").get(pk=product.pk)


pytestmark = pytest.mark.django_db


def test_reduction_in_the_api_writes_the_lowest_price(staff_api, past):
    product = make_product(price="100.00", compare_at_price="150.00")
    past(product, (40, "150.00", "120.00"), (20, "120.00", "90.00"), (10, "90.00", "100.00"))
    address = f"/api/v1/products/{product.pk}/"

    body = staff_api.patch(address, {"price": "79.99"}, format="json").json()

    assert (body["compare_at_price"], body["lowest_price_30d"]) == ("150.00", "90.00")
    assert body["discount_percent"] == 11  # 11.12…
    assert stored(product) == (Decimal("150.00"), Decimal("90.00"))


def test_rise_takes_the_lowest_price_away(staff_api, past):
    product = make_product(price="100.00", compare_at_price="150.00")
    address = f"/api/v1/products/{product.pk}/"
    staff_api.patch(address, {"price": "90.00"}, format="json")

    body = staff_api.patch(address, {"price": "95.00"}, format="json").json()

    assert (body["compare_at_price"], body["lowest_price_30d"], body["discount_percent"]) == (
        "150.00",
        None,
        None,
    )


def test_crossed_out_price_given_after_the_reduction_brings_its_lowest_price(staff_api):
    product = make_product(price="100.00")
    address = f"/api/v1/products/{product.pk}/"
    body = staff_api.patch(address, {"price": "80.00"}, format="json").json()
    assert (body["compare_at_price"], body["lowest_price_30d"], body["discount_percent"]) == (None,) * 3

    body = staff_api.patch(address, {"compare_at_price": "100"}, format="json").json()
    assert (body["compare_at_price"], body["lowest_price_30d"], body["discount_percent"]) == (
        "100.00",
        "100.00",
        20,
    )

    body = staff_api.patch(address, {"compare_at_price": None}, format="json").json()
    assert (body["compare_at_price"], body["lowest_price_30d"], body["discount_percent"]) == (None,) * 3
    assert stored(product) == (None, None)


def test_other_changes_and_other_products_ask_for_no_history(django_assert_num_queries, staff):
    plain, reduced = make_product(price="10.00"), make_product(price="10.00", compare_at_price="20.00")
    current_configuration()  # it is kept, and asked for no more
    with CaptureQueriesContext(connection) as without:
        services.update_product(plain.pk, changed_by=staff, price=Decimal("9.00"))
    with django_assert_num_queries(len(without) + 2):  # its history, and its lowest price
        services.update_product(reduced.pk, changed_by=staff, price=Decimal("9.00"))
    with django_assert_num_queries(len(without) - 1):
        services.update_product(reduced.pk, changed_by=staff, name="Other")


def test_price_typed_in_the_admins_list_writes_the_lowest_price(office):
    product = make_product(price="100.00", compare_at_price="150.00")
    listed = {f"form-0-{name}": value for name, value in {"id": product.pk, "price": "80,00"}.items()}
    seen = {"initial-form-0-price": "100,00"}
    counts = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1}

    office.browser.post(
        reverse("admin:catalog_product_changelist"), {**listed, **seen, **counts, "_save": "1"}
    )

    assert stored(product) == (Decimal("150.00"), Decimal("100.00"))


def test_percentage_action_writes_the_lowest_price(office):
    product = make_product(price="100.00", compare_at_price="150.00")
    action = {"action": "change_price", "_selected_action": [product.pk], "percent": "-20", "step": "confirm"}

    office.browser.post(
        reverse("admin:catalog_product_changelist"), {**action, f"seen_{product.pk}": "100.00"}
    )

    assert stored(product) == (Decimal("150.00"), Decimal("100.00"))


def test_import_writes_the_lowest_price(load):
    tea = make_category(name="Tea")
    product = make_product(sku="T-1", price="100.00", compare_at_price="150.00", category=tea)

    load("sku,name,price,category", f"T-1,{product.name},80,Tea")

    assert stored(product) == (Decimal("150.00"), Decimal("100.00"))


def test_daily_repair_corrects_what_is_wrong_and_leaves_the_rest(past, django_assert_num_queries):
    wrong, right, stale, none = (
        make_product(price="80.00", compare_at_price="150.00"),
        make_product(price="80.00", compare_at_price="150.00", lowest_price_30d="100.00"),
        make_product(price="80.00", lowest_price_30d="90.00"),
        make_product(price="80.00", compare_at_price="150.00"),
    )
    for product in (wrong, right):
        past(product, (50, "100.00", "110.00"), (35, "110.00", "100.00"), (1, "100.00", "80.00"))

    assert repair_lowest_prices() == 2

    kept = [stored(product)[1] for product in (wrong, right, stale, none)]
    assert kept == [Decimal("100.00"), Decimal("100.00"), None, None]
    with django_assert_num_queries(3):  # a chunk, its changes, and that nothing follows
        assert repair_lowest_prices() == 0


def test_daily_repair_takes_as_many_statements_for_many_products(past, django_assert_num_queries):
    for product in make_products(20, price="80.00", compare_at_price="150.00"):
        past(product, (1, "100.00", "80.00"))

    with django_assert_num_queries(8):
        assert repair_lowest_prices() == 20
    assert set(Product.objects.values_list("lowest_price_30d", flat=True)) == {Decimal("100.00")}


def test_old_history_is_not_read(past):
    product = make_product(price="80.00", compare_at_price="150.00")
    past(product, (90, "100.00", "60.00"), (80, "60.00", "100.00"), (1, "100.00", "80.00"))

    assert repair_lowest_prices() == 1

    assert stored(product)[1] == Decimal("100.00")
