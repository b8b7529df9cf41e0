"""No edit of a product touches its stock, so that none undoes a sale."""

import pytest

from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaves():
    """Return a product of which there are seven."""
    return make_product(name="Leaves", stock=7)


def snapshot(product):
    return Product.objects.filter(pk=product.pk).values().get()


@pytest.mark.parametrize("stock", [5, 7, 0, None, "5", True, [1]], ids=repr)
@pytest.mark.parametrize("method", ["patch", "put"])
def test_no_edit_touches_the_stock(staff_api, leaves, method, stock):
    before = snapshot(leaves)
    body = {"name": "Beans", "sku": "COF-1", "price": "9.99", "category": leaves.category_id, "stock": stock}

    response = getattr(staff_api, method)(
        f"/api/v1/products/{leaves.pk}/", body, headers={"accept-language": "en"}
    )

    detail = "Stock can only be changed through stock movements."
    assert problem_of(response) == problem(
        400,
        "read_only",
        detail,
        errors=[{"code": "read_only", "detail": detail, "pointer": "/stock"}],
    )
    assert snapshot(leaves) == before
    assert not StockMovement.objects.exclude(kind="received").exists()
