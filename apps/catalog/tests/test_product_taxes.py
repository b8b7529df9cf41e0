"""A product shows the rate of its own tax class, else of the nearest category's, else of the store's."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from apps.catalog.product_taxes import tax_code_of
from apps.catalog.tests.factories import BARE, make_category, make_product
from apps.store.configuration import TAXES
from apps.store.configuration_cache import current_configuration
from apps.store.models import TaxClass, TaxRate
from apps.store.tests.factories import shipped_tax_class, shipped_tax_classes

PRODUCTS = "/api/v1/products/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tax_classes(db):
    """Make the tax classes that the store comes with."""
    shipped_tax_classes()


def shown(api, product):
    """Return the tax class and the rate that the list and the page of the product show."""
    [listed] = api.get(f"{PRODUCTS}?search={product.name}").json()["results"]
    detail = api.get(f"{PRODUCTS}{product.pk}/").json()
    assert detail == {**listed, **BARE}
    return detail["tax_class"], detail["tax_rate"]


@pytest.mark.parametrize(
    ("own", "of_parent", "of_top", "code"),
    [
        ("zero", "reduced", "standard", "zero"),
        (None, "reduced", "standard", "reduced"),
        (None, None, "standard", "standard"),
        (None, None, None, "simplified5"),
    ],
)
def test_nearest_tax_class_counts(settings, own, of_parent, of_top, code):
    settings.STORE_TAX_CLASS = "simplified5"
    classes = {each.code: each for each in TaxClass.objects.all()}
    top = make_category(tax_class=classes.get(of_top))
    parent = make_category(parent=top, tax_class=classes.get(of_parent))
    product = make_product(category=make_category(parent=parent), tax_class=classes.get(own))

    assert tax_code_of(product, current_configuration()) == code


def test_class_given_to_a_category_later_counts_at_once():
    category = make_category()
    product = make_product(category=category)
    assert tax_code_of(product, current_configuration()) == "none"

    category.tax_class = shipped_tax_class("standard")
    category.save()

    assert tax_code_of(product, current_configuration()) == "standard"


def test_store_without_taxes_shows_none_and_no_other_figure(api):
    product = make_product(price="12.50")

    assert shown(api, product) == (None, None)
    assert api.get(f"{PRODUCTS}{product.pk}/").json()["price"] == "12.50"


@pytest.mark.parametrize(
    ("code", "rate"),
    [("standard", "22.00"), ("reduced", "10.00"), ("zero", "0.00"), ("simplified5", "5.00"), ("none", None)],
)
def test_product_shows_its_tax_class_and_todays_rate(api, code, rate):
    with time_machine.travel("2026-06-01"):
        assert shown(api, make_product(tax_class=shipped_tax_class(code))) == (code, rate)


def test_rate_of_the_category_or_the_store_is_shown_without_a_class_of_its_own(api, settings):
    settings.STORE_TAX_CLASS = "standard"
    category = make_category(parent=make_category(tax_class=shipped_tax_class("reduced")))

    with time_machine.travel("2026-06-01"):
        assert shown(api, make_product(category=category)) == (None, "10.00")
        assert shown(api, make_product()) == (None, "22.00")


def test_rates_change_with_the_day_of_the_store_even_in_the_cache(api, settings):
    settings.TIME_ZONE, settings.STORE_TAX_CLASS = "Europe/Moscow", "standard"
    product = make_product()

    with time_machine.travel("2025-12-31T23:59:59+03:00", tick=False) as clock:
        assert [shown(api, product), shown(api, product)] == [(None, "20.00")] * 2
        clock.shift(1)
        assert shown(api, product) == (None, "22.00")


@pytest.mark.django_db(transaction=True)
def test_edited_taxes_are_shown_at_once(api, kept):
    product = make_product(tax_class=shipped_tax_class("standard"))
    address = f"{PRODUCTS}{product.pk}/"
    with time_machine.travel("2026-06-01"):
        assert kept(address)["tax_rate"] == "22.00"

        TaxRate.objects.filter(tax_class__code="standard", valid_to=None).update(rate=Decimal(23))
        assert kept(address)["tax_rate"] == "23.00"

        TaxClass.objects.filter(code="standard").update(code="full")
        assert kept(address)["tax_class"] == "full"

        product.category.tax_class = shipped_tax_class("zero")
        product.category.save()
        product.tax_class = None
        product.save()
        assert (kept(address)["tax_class"], kept(address)["tax_rate"]) == (None, "0.00")


@pytest.mark.parametrize(("rule", "rate"), [("origin", 22), ("destination", 19)])
def test_rate_of_the_destination_counts_where_the_store_says_so(settings, rule, rate):
    settings.TAX_DESTINATION = rule
    TaxRate.objects.create(
        tax_class=shipped_tax_class("standard"), country="DE", rate=19, valid_from=date(2021, 1, 1)
    )
    taxes, day = current_configuration()[TAXES], date(2026, 6, 1)

    assert taxes.rate_of("standard", day=day, destination="DE") == rate
    assert taxes.rate_of("standard", day=day, destination="FR") == 22  # without a rate there: the store's
    assert taxes.rate_of("standard", day=day) == 22
    assert taxes.rate_of("standard", day=date(2018, 12, 31)) is None


def test_class_deleted_since_its_product_was_read_is_as_none():
    gone = TaxClass.objects.create(code="gone", name_ru="Нет")
    product = make_product(tax_class=gone)
    type(product).objects.update(tax_class=None)
    gone.delete()

    assert tax_code_of(product, current_configuration()) == "none"
