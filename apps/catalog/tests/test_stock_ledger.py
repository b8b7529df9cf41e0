"""The ledger of stock: every change has a row, and no row is changed or deleted."""

import pytest

from apps.catalog import services, stock
from apps.catalog.models import PriceChange, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product
from apps.core.database.append_only import AppendOnlyError
from apps.users.models import User

pytestmark = pytest.mark.django_db


def test_first_stock_of_a_product_is_received(staff_api, staff: User):
    body = {"name": "Mug", "sku": "MUG", "price": "1.00", "category": make_category().pk, "stock": 7}

    response = staff_api.post("/api/v1/products/", body)

    assert (response.status_code, response.json()["stock"]) == (201, 7)
    rows = StockMovement.objects.values_list("kind", "delta", "stock", "created_by", "order_id")
    assert list(rows) == [("received", 7, 7, staff.pk, None)]


def test_product_without_stock_has_no_movement(staff_api):
    body = {"name": "Mug", "sku": "MUG", "price": "1.00", "category": make_category().pk}

    assert staff_api.post("/api/v1/products/", body).json()["stock"] == 0

    assert not StockMovement.objects.exists()


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda row: row.delete(),
        lambda row: row.save(),
        lambda row: row.save(update_fields=["delta"]),
        lambda row: StockMovement.objects.filter(pk=row.pk).update(delta=1),
        lambda row: StockMovement.objects.all().delete(),
        lambda row: StockMovement.objects.bulk_update([row], ["delta"]),
        lambda row: StockMovement.objects.update_or_create(pk=row.pk, defaults={"delta": 1}),
        lambda row: StockMovement.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["pk"], update_fields=["delta"]
        ),
        lambda row: row.product.stock_movements.all().delete(),
        lambda row: StockMovement._base_manager.all().delete(),
    ],
)
def test_row_is_neither_changed_nor_deleted(rewrite):
    row = make_product(stock=7).stock_movements.get()
    row.delta = 5

    with pytest.raises(AppendOnlyError):
        rewrite(row)

    assert list(StockMovement.objects.values_list("delta", flat=True)) == [7]


def test_changed_price_is_noted_with_who_changed_it(staff_api, staff: User):
    mug = make_product(price="2.00")

    staff_api.patch(f"/api/v1/products/{mug.pk}/", {"price": "3.50"})
    staff_api.patch(f"/api/v1/products/{mug.pk}/", {"price": "3.50", "name": "Mug"})

    rows = PriceChange.objects.values_list("product", "old_price", "new_price", "created_by")
    assert [(pk, f"{old}", f"{new}", by) for pk, old, new, by in rows] == [(mug.pk, "2.00", "3.50", staff.pk)]


def test_product_that_cannot_be_stored_leaves_no_movement():
    mug = make_product(stock=1)

    with pytest.raises(Exception, match="sku"):
        services.create_product(name="Mug", sku=mug.sku, price="1.00", category=mug.category, stock=5)

    assert (Product.objects.count(), StockMovement.objects.count()) == (1, 1)


def test_returned_stock_beyond_counting_is_refused():
    mug = make_product(stock=2**31 - 1)

    with pytest.raises(stock.StockOutOfRange):
        stock.return_stock({mug.pk: 1}, order_id=1, by=None)
