"""A product is sold under its own tax class, else the nearest category's, else the store's."""

import pytest

from apps.catalog.product_taxes import tax_code_of
from apps.catalog.tests.factories import make_category, make_product
from apps.store.configuration_cache import current_configuration
from apps.store.models import TaxClass

pytestmark = pytest.mark.django_db


def tax_class(code):
    return TaxClass.objects.get(code=code)


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

    category.tax_class = tax_class("standard")
    category.save()

    assert tax_code_of(product, current_configuration()) == "standard"
