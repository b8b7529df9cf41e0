"""`POST admin/stock/bulk/`: the stock of many products, counted or moved by another system."""

import pytest

from apps.catalog.models import MAX_STOCK, Product, StockMovement
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import refusal_of
from apps.integrations.tests.bulk import STOCK, faults, move, post

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def ledger() -> list[tuple[str, str, int, int, str]]:
    rows = StockMovement.objects.filter(kind="adjusted").order_by("pk").select_related("product")
    return [(row.product.sku, row.kind, row.delta, row.stock, row.reason) for row in rows]


def test_stock_is_moved_and_counted(staff_api, staff):
    first, second, third = (make_product(sku=f"S-{number}", stock=10) for number in range(3))

    response = move(
        staff_api,
        {"sku": "s-2", "delta": -4},
        {"sku": "S-0", "count": 25, "last_seen": 10},
        {"sku": "S-1", "count": 10, "last_seen": 10},
    )

    assert response.status_code == 200
    assert response.json() == {
        "rows": [
            {"index": 0, "status": "updated", "id": third.pk, "stock": 6, "errors": []},
            {"index": 1, "status": "updated", "id": first.pk, "stock": 25, "errors": []},
            {"index": 2, "status": "unchanged", "id": second.pk, "stock": 10, "errors": []},
        ]
    }
    assert list(Product.objects.order_by("sku").values_list("stock", flat=True)) == [25, 10, 6]
    # A count that finds what there is stands in the ledger, too.
    assert ledger() == [
        ("S-0", "adjusted", 15, 25, "nightly"),
        ("S-1", "adjusted", 0, 10, "nightly"),
        ("S-2", "adjusted", -4, 6, "nightly"),
    ]
    assert set(StockMovement.objects.filter(kind="adjusted").values_list("created_by", flat=True)) == {
        staff.pk
    }


@pytest.mark.parametrize(
    ("row", "code", "place", "stock"),
    [
        ({"sku": "none", "delta": 1}, "does_not_exist", "/sku", None),
        ({"sku": "S-1", "delta": -11}, "stock_out_of_range", "/delta", 10),
        ({"sku": "S-1", "delta": MAX_STOCK}, "stock_out_of_range", "/delta", 10),
        ({"sku": "S-1", "count": 5, "last_seen": 9}, "stock_changed", "/last_seen", 10),
        ({"sku": "S-1", "delta": 0}, "zero", "/delta", None),
        ({"sku": "S-1", "count": -1, "last_seen": 10}, "min_value", "/count", None),
        ({"sku": "S-1", "count": 5}, "delta_or_count", "", None),
        ({"sku": "S-1", "count": 5, "last_seen": 10, "delta": 1}, "delta_or_count", "", None),
        ({"sku": "S-1"}, "required", "/delta", None),
        ({"delta": 1}, "required", "/sku", None),
        ({"sku": "S-1", "delta": 1, "reason": "own"}, "unknown_member", "/reason", None),
    ],
    ids=str,
)
def test_nothing_is_moved_when_a_row_fails(staff_api, row, code, place, stock):
    make_product(sku="S-0", stock=10)
    make_product(sku="S-1", stock=10)

    response = move(staff_api, {"sku": "S-0", "delta": 1}, row)

    refusal = response.json()
    assert (response.status_code, refusal["code"]) == (400, "bulk_rejected")
    assert faults(response) == [(1, code, f"/rows/1{place}")]
    assert [failed["stock"] for failed in refusal["rows"]] == [stock]
    assert set(Product.objects.values_list("stock", flat=True)) == {10}
    assert ledger() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"rows": [{"sku": "S", "delta": 1}]}, [("required", "/reason")]),
        ({"reason": "x", "rows": []}, [("empty", "/rows")]),
        ({"reason": "x", "rows": [{"sku": "S", "delta": 1}] * 1_001}, [("max_length", "/rows")]),
        (
            {"reason": "x", "rows": [{"sku": "S", "delta": 1}, {"sku": "ｓ", "delta": 1}]},
            [("duplicate_row", "/rows/1/sku")],
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_body_that_cannot_be_is_refused_as_a_whole(staff_api, body, expected):
    response = post(staff_api, STOCK, body)

    assert refusal_of(response) == (400, "validation_error", expected)


def test_moves_with_one_key_are_made_once(staff_api):
    product = make_product(sku="S-0", stock=10)
    body = {"reason": "nightly", "rows": [{"sku": "S-0", "delta": 5}]}

    answers = [post(staff_api, STOCK, body, key="one") for _attempt in range(2)]

    product.refresh_from_db()
    assert (product.stock, answers[0].content) == (15, answers[1].content)
    assert staff_api.post(STOCK, body).json()["code"] == "idempotency_key_required"


@pytest.mark.parametrize(("permissions", "status"), [(["change_product"], 403), (["add_stockmovement"], 200)])
def test_permission_for_movements_is_needed(client_with_permissions, permissions, status):
    make_product(sku="S-0", stock=10)

    response = move(client_with_permissions(*permissions), {"sku": "S-0", "delta": 1})

    assert response.status_code == status
