"""Lists of all payments and refunds, for staff: filters, pages and cursors."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.tests.answers import refusal_of
from apps.payments.models import Payment, Refund
from apps.payments.services import refund_order
from apps.payments.tests.api_calls import STAFF_MEMBERS, manual_method
from apps.payments.tests.tills import begun, order_for, paid, run_jobs

PAYMENTS, REFUNDS = "/api/v1/admin/payments/", "/api/v1/admin/refunds/"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def payments(provider, online, customer, other_customer) -> list[Payment]:
    """Return three payments, oldest first: of two orders, one of them paid, one by hand; a day apart."""
    manual_method()
    order = order_for(customer)
    made = [begun(order), paid(provider, order_for(other_customer)), begun(order, method="transfer")]
    for number, payment in enumerate(made):
        Payment.objects.filter(pk=payment.pk).update(created_at=NOON + timedelta(days=number))
    return made


@pytest.fixture
def refunds(provider, payments, staff) -> list[Refund]:
    """Return two refunds of the paid order, oldest first, the first of which was made."""
    order = payments[1].order
    for _refund in range(2):
        refund_order(order_id=order.pk, amount=10, reason="goodwill", note="", by=staff)
        run_jobs(order, *([] if Refund.objects.count() == 1 else ["none"]))
    return list(Refund.objects.order_by("pk"))


def test_payments_are_found(staff_api, payments):
    for query, found in [
        ("", [2, 1, 0]),
        (f"order={payments[0].order_id}", [2, 0]),
        ("status=paid", [1]),
        ("status=paid&status=pending", [2, 1]),
        ("method=transfer", [2]),
        ("provider=emulator", [1, 0]),
        ("created_after=2026-03-02", [2, 1]),
        ("created_before=2026-03-02T12:00:00Z", [1, 0]),
        ("created_after=2026-03-02&provider=emulator", [1]),
        ("order=&status=", [2, 1, 0]),
        ("order=999", []),
    ]:
        response = staff_api.get(f"{PAYMENTS}?{query}")

        assert response["Cache-Control"] == "no-store"
        rows = response.json()["results"]
        assert [row["id"] for row in rows] == [str(payments[number].uid) for number in found], query
        assert all(list(row) == STAFF_MEMBERS for row in rows)
        assert response.json()["count"] == len(found)


def test_refunds_are_found(staff_api, refunds):
    order_id = refunds[0].order_id
    for query, found in [
        ("", [1, 0]),
        ("status=succeeded", [0]),
        ("status=created", [1]),
        (f"order={order_id}", [1, 0]),
        (f"order={order_id + 1}", []),
    ]:
        response = staff_api.get(f"{REFUNDS}?{query}")

        assert response["Cache-Control"] == "no-store"
        rows = response.json()["results"]
        assert [row["id"] for row in rows] == [str(refunds[number].uid) for number in found], query
        assert {row["order_id"] for row in rows} <= {order_id}


@pytest.mark.parametrize("path", [PAYMENTS, REFUNDS])
@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("order=x", ("invalid", "order")),
        (f"order={10**30}", ("max_value", "order")),
        ("status=lost", ("invalid_choice", "status")),
        ("stauts=paid", ("unknown_parameter", "stauts")),
        ("cursor=x", ("invalid", "cursor")),
        ("page_size=0", ("invalid", "page_size")),
    ],
)
def test_a_wrong_query_is_refused(staff_api, path, query, fault):
    assert refusal_of(staff_api.get(f"{path}?{query}")) == (400, "invalid_query", [fault])


@pytest.mark.parametrize("path", [PAYMENTS, REFUNDS])
def test_pages_and_cursors_lead_through_all_rows(staff_api, payments, refunds, path):
    everything = [row["id"] for row in staff_api.get(path).json()["results"]]
    for query in ("page_size=1", "page_size=1&cursor=", "page_size=1&count=false"):
        seen, address = [], f"{path}?{query}"
        while address:
            page = staff_api.get(address).json()
            seen += [row["id"] for row in page["results"]]
            address = page["next"]
        assert seen == everything


@pytest.mark.parametrize("path", [PAYMENTS, REFUNDS])
def test_lists_take_the_same_statements_for_one_row_and_many(staff_api, payments, refunds, path):
    counts = []
    for size in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert staff_api.get(f"{path}?page_size={size}&count=false").json()["results"]
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 4
