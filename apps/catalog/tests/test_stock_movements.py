"""Stock movements by staff: by a quantity and a reason, never below zero."""

import pytest
from django.db import transaction

from apps.catalog import stock
from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import on_the_wire, problem, problem_of, refusal_of

MAX_STOCK = 2**31 - 1
UNKNOWN = 10**15  # an id that no row has

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    """Return a product of which there are five."""
    return make_product(stock=5)


def url(product_id):
    return f"/api/v1/admin/products/{product_id}/stock-movements/"


def assert_unchanged(product):
    product.refresh_from_db()
    assert product.stock == 5
    assert not StockMovement.objects.exclude(kind="received").exists()


@pytest.mark.parametrize(("delta", "left"), [(5, 10), (-2, 3), (-5, 0), (MAX_STOCK - 5, MAX_STOCK)])
def test_stock_is_changed_and_the_change_recorded(staff_api, staff, mug, delta, left):
    response = staff_api.post(url(mug.pk), {"delta": delta, "reason": "Инвентаризация"})

    movement = StockMovement.objects.exclude(kind="received").get()
    assert response.status_code == 201
    assert response.json() == {
        "id": movement.pk,
        "delta": delta,
        "reason": "Инвентаризация",
        "stock": left,
        "created_at": on_the_wire(movement.created_at),
    }
    assert (movement.product, movement.delta, movement.stock) == (mug, delta, left)
    assert (movement.reason, movement.created_by) == ("Инвентаризация", staff)
    mug.refresh_from_db()
    assert mug.stock == left


def test_changes_add_up(staff_api, mug):
    stocks = [
        staff_api.post(url(mug.pk), {"delta": delta, "reason": "count"}).json()["stock"]
        for delta in (3, -1, -7)
    ]

    mug.refresh_from_db()
    assert stocks == [8, 7, 0]
    assert mug.stock == 0


def test_new_stock_shows_to_customers(staff_api, api, mug):
    staff_api.post(url(mug.pk), {"delta": 4, "reason": "delivery"})

    assert api.get(f"/api/v1/products/{mug.pk}/").json()["stock"] == 9


def test_stock_of_an_inactive_product_is_changed_too(staff_api):
    mug = make_product(stock=5, is_active=False)

    response = staff_api.post(url(mug.pk), {"delta": -1, "reason": "broken"})

    assert response.status_code == 201
    assert response.json()["stock"] == 4


@pytest.mark.parametrize("delta", [-6, -MAX_STOCK, MAX_STOCK, MAX_STOCK - 4])
def test_stock_can_neither_fall_below_zero_nor_rise_above_what_can_be_counted(staff_api, mug, delta):
    response = staff_api.post(
        url(mug.pk), {"delta": delta, "reason": "count"}, headers={"accept-language": "en"}
    )

    assert problem_of(response) == problem(
        409,
        "stock_out_of_range",
        "The stock cannot fall below zero or exceed the maximum.",
        stock=5,
        delta=delta,
    )
    assert_unchanged(mug)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("required", "/reason")]),
        ({"delta": 1}, [("required", "/reason")]),
        ({"reason": "count"}, [("required", "/delta")]),
        ({"delta": 0, "reason": "count"}, [("zero", "/delta")]),
        ({"delta": True, "reason": "count"}, [("invalid", "/delta")]),
        ({"delta": "1", "reason": "count"}, [("invalid", "/delta")]),
        ({"delta": 1.0, "reason": "count"}, [("invalid", "/delta")]),
        ({"delta": None, "reason": "count"}, [("null", "/delta")]),
        ({"delta": MAX_STOCK + 1, "reason": "count"}, [("max_value", "/delta")]),
        ({"delta": -(10**30), "reason": "count"}, [("min_value", "/delta")]),
        ({"delta": 1, "reason": ""}, [("blank", "/reason")]),
        ({"delta": 1, "reason": "  "}, [("blank", "/reason")]),
        ({"delta": 1, "reason": 5}, [("invalid", "/reason")]),
        ({"delta": 1, "reason": "x" * 201}, [("max_length", "/reason")]),
        ({"delta": 1, "reason": "nul \x00"}, [("null_characters_not_allowed", "/reason")]),
    ],
    ids=lambda value: str(value)[:50],
)
def test_movement_that_cannot_be_is_refused_and_changes_nothing(staff_api, mug, body, errors):
    response = staff_api.post(url(mug.pk), body)

    assert refusal_of(response) == (400, "validation_error", errors)
    assert_unchanged(mug)


@pytest.mark.parametrize(
    ("caller", "refusal"),
    [("api", (401, "not_authenticated", [])), ("customer_api", (403, "permission_denied", []))],
)
def test_others_do_not_change_stock(request, mug, caller, refusal):
    response = request.getfixturevalue(caller).post(url(mug.pk), {"delta": 1, "reason": "mine"})

    assert refusal_of(response) == refusal
    assert_unchanged(mug)


def test_product_that_does_not_exist_has_no_stock(staff_api):
    response = staff_api.post(url(UNKNOWN), {"delta": 1, "reason": "count"})

    assert refusal_of(response) == (404, "not_found", [])
    assert not StockMovement.objects.exclude(kind="received").exists()


def test_result_of_a_movement_cannot_be_given(staff_api, mug):
    response = staff_api.post(
        url(mug.pk), {"delta": 1, "reason": "count", "stock": 1000, "id": 7000, "product": UNKNOWN}
    )

    unknown = [("unknown_member", f"/{name}") for name in ("stock", "id", "product")]
    assert refusal_of(response) == (400, "validation_error", unknown)
    assert_unchanged(mug)


def test_count_is_stored_as_the_difference(staff_api, mug):
    response = staff_api.post(url(mug.pk), {"count": 3, "last_seen": 5, "reason": "stocktake"})

    movement = StockMovement.objects.first()
    assert response.status_code == 201
    assert response.json() == {
        "id": movement.pk,
        "delta": -2,
        "reason": "stocktake",
        "stock": 3,
        "created_at": on_the_wire(movement.created_at),
    }
    mug.refresh_from_db()
    assert (mug.stock, movement.kind) == (3, "adjusted")


def test_count_that_confirms_the_stock_is_stored_too(staff_api, mug):
    response = staff_api.post(url(mug.pk), {"count": 5, "last_seen": 5, "reason": "stocktake"})

    assert (response.status_code, response.json()["delta"], response.json()["stock"]) == (201, 0, 5)


def test_count_of_a_stock_that_has_changed_since_is_refused(staff_api, mug):
    response = staff_api.post(
        url(mug.pk),
        {"count": 9, "last_seen": 6, "reason": "stocktake"},
        headers={"accept-language": "en"},
    )

    assert problem_of(response) == problem(
        409,
        "stock_changed",
        "The stock has changed since you last saw it. Check it and count again.",
        stock=5,
        last_seen=6,
    )
    assert_unchanged(mug)


@pytest.mark.parametrize(
    "body",
    [
        {"count": 1},
        {"last_seen": 5},
        {"delta": 1, "count": 6},
        {"delta": 1, "last_seen": 5},
        {"delta": 1, "count": 6, "last_seen": 5},
    ],
)
def test_change_is_either_a_delta_or_a_count_of_what_was_seen(staff_api, mug, body):
    response = staff_api.post(url(mug.pk), {**body, "reason": "stocktake"})

    assert response.status_code == 400
    assert [fault["code"] for fault in response.json()["errors"]] == ["delta_or_count"]
    assert_unchanged(mug)


def test_movement_with_a_key_is_made_once(staff_api, mug):
    body, headers = {"delta": 2, "reason": "found"}, {"Idempotency-Key": "delivery-17"}

    first, second = (staff_api.post(url(mug.pk), body, headers=headers) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    mug.refresh_from_db()
    assert mug.stock == 7


def test_ledger_is_listed_newest_first(staff_api, staff, customer, mug):
    stock.adjust_stock(product_id=mug.pk, delta=2, reason="found", created_by=staff)
    with transaction.atomic():
        stock.sell([Product.objects.get(pk=mug.pk)], {mug.pk: 3}, order_id=77, by=customer)
    make_product()

    response = staff_api.get(url(mug.pk))

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    page = response.json()
    assert page["count"] == 3
    assert [
        (row["kind"], row["delta"], row["stock"], row["reason"], row["order_id"], row["created_by"])
        for row in page["results"]
    ] == [
        ("sold", -3, 4, "", 77, customer.username),
        ("adjusted", 2, 7, "found", None, staff.username),
        ("received", 5, 5, "", None, None),
    ]


def test_ledger_of_an_unknown_product_is_not_there(staff_api):
    assert staff_api.get(url(10**15)).status_code == 404


def test_ledger_takes_as_many_queries_whatever_its_length(staff_api, staff, mug, django_assert_num_queries):
    for _row in range(20):
        stock.adjust_stock(product_id=mug.pk, delta=1, reason="found", created_by=staff)

    with django_assert_num_queries(4):
        assert len(staff_api.get(url(mug.pk)).json()["results"]) == 20
