"""Deleting products: taken off sale and brought back, never deleted for good, as orders refer to them."""

import pytest

from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaves():
    """Return a product."""
    return make_product(sku="TEA-1", stock=7)


def test_deleted_product_becomes_inactive(staff_api, api, leaves):
    response = staff_api.delete(f"{URL}{leaves.pk}/")

    assert (response.status_code, response.content) == (204, b"")
    assert refusal_of(api.get(f"{URL}{leaves.pk}/")) == (404, "not_found", [])
    leaves.refresh_from_db()
    assert (leaves.is_active, leaves.stock, leaves.sku) == (False, 7, "TEA-1")


def test_product_is_deleted_twice_with_the_same_answer(staff_api, leaves):
    staff_api.delete(f"{URL}{leaves.pk}/")

    assert staff_api.delete(f"{URL}{leaves.pk}/").status_code == 204


def test_product_has_no_hard_deletion(staff_api, leaves):
    response = staff_api.delete(f"{URL}{leaves.pk}/?hard=true")

    assert refusal_of(response) == (400, "invalid_query", [("unknown_parameter", "hard")])
    leaves.refresh_from_db()
    assert leaves.is_active


def test_product_comes_back_on_sale(staff_api, api, leaves):
    staff_api.delete(f"{URL}{leaves.pk}/")

    staff_api.patch(f"{URL}{leaves.pk}/", {"is_active": True})

    assert api.get(f"{URL}{leaves.pk}/").status_code == 200
