"""`verify_payments` finds every cent and every status that orders, payments and refunds do not agree on."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus, payment_status_of
from apps.orders.tests.factories import make_order
from apps.payments.models import Payment, Refund
from apps.payments.payment_reconciliation import payment_differences
from apps.payments.services import refund_order
from apps.payments.tests.fake_stripe import FakeStripe
from apps.payments.tests.stripe_account import stripe_account  # noqa: F401  a fixture
from apps.payments.tests.stripe_shop import order_by_card, paid, start, work
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)


@pytest.fixture
def order(customer: User, staff: User, account: FakeStripe) -> Order:
    """Return a paid order of which a part came back, beside one that is begun and one that was cancelled."""
    make_order(customer)
    start(order_by_card(customer))
    cancelled, order = order_by_card(customer), order_by_card(customer)
    for each in (cancelled, order):
        paid(each, account)
    change_status(order_id=cancelled.pk, new_status=OrderStatus.CANCELLED, changed_by=customer)
    refund_order(order_id=order.pk, amount=Decimal("100.00"), reason="goodwill", note="", by=staff)
    work()
    return Order.objects.get(pk=order.pk)


def write(rows: models.QuerySet, **values: object) -> None:
    """Write past the services, as only a mistake or a break-in does."""
    models.QuerySet.update(rows, **values)


def of(order: Order) -> models.QuerySet:
    return Order.objects.filter(pk=order.pk)


def found() -> list[str]:
    return list(map(str, payment_differences()))


def test_true_story_adds_up(order: Order, capsys: pytest.CaptureFixture[str]):
    call_command("verify_payments")

    assert order.payment_status == "partially_refunded"
    assert capsys.readouterr().out == "Payments add up.\n"


def test_order_of_the_former_release_has_no_payment_status(order: Order):
    write(of(order), items_total=None)
    assert found() == []
    write(Order.objects.filter(status="cancelled"), items_total=None, payment_status="unpaid")
    assert found() == []


WRONG_COLUMNS = [
    ("paid_total", Decimal("300.01"), "paid of order {}: 300.00 expected, 300.01 found"),
    ("refunded_total", Decimal("99.99"), "refunded of order {}: 100.00 expected, 99.99 found"),
    ("stray_refunded_total", Decimal(1), "strays of order {}: 0.00 expected, 1.00 found"),
    ("open_payments", 1, "open payments of order {}: 0 expected, 1 found"),
]


def test_columns_of_an_order_that_its_payments_do_not_make_are_told(order: Order):
    for column, wrong, line in WRONG_COLUMNS:
        right, status = getattr(order, column), order.payment_status
        write(of(order), **{column: wrong})
        order.refresh_from_db()
        expected, lines = payment_status_of(order), [line.format(order.pk)]
        if expected != status:
            lines += [f"payment status of order {order.pk}: {expected} expected, {status} found"]

        assert found() == lines
        write(of(order), **{column: right})


def test_payment_that_gave_back_what_no_refund_did_is_told(order: Order):
    payment = order.payments.get()
    write(Payment.objects.filter(pk=payment.pk), refunded=Decimal("100.01"))

    assert found() == [
        f"refunded of order {order.pk}: 100.01 expected, 100.00 found",
        f"refunds of payment {payment.uid}: 100.00 expected, 100.01 found",
    ]


def test_failed_refund_counts_nothing(order: Order):
    write(Refund.objects.filter(order=order), status="failed")

    assert found() == [f"refunds of payment {order.payments.get().uid}: 0.00 expected, 100.00 found"]


def test_paid_order_without_a_payment_is_told(order: Order, customer: User):
    other = make_order(customer)
    write(of(other), payment_status="paid", paid_total=other.total_price)
    only_said = make_order(customer)
    write(of(only_said), payment_status="paid")

    assert found() == [
        f"paid of order {other.pk}: 0.00 expected, {other.total_price} found",
        f"payment status of order {only_said.pk}: unpaid expected, paid found",
    ]


def test_status_is_that_of_the_services_whatever_the_figures(customer: User):
    random, orders = Random(8), []
    for _ in range(300):
        total, paid_total = random.choice([0, 1, 5]), random.choice([0, 1, 3, 5, 7])
        refunded = random.randint(0, paid_total)
        order = Order(
            user=customer,
            status=random.choice(["pending", "cancelled"]),
            total_price=total,
            items_total=total,
            allowance_total=random.randint(0, total),
            paid_total=paid_total,
            refunded_total=refunded,
            stray_refunded_total=random.randint(0, refunded),
            open_payments=random.randint(0, 1),
            payment_status="",
        )
        orders.append(order)
    Order.objects.bulk_create(orders)

    told = [line for line in found() if line.startswith("payment status")]
    assert told == [
        f"payment status of order {order.pk}: {payment_status_of(order)} expected,  found" for order in orders
    ]


def test_second_current_payment_is_told(order: Order):
    payment = order.payments.get()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX payments_payment_one_current_per_order")
    try:
        payment.pk, payment.uid, payment.provider_id, payment.status = None, None, None, "failed"
        payment.uid, payment.captured, payment.refunded = Payment().uid, 0, 0
        payment.save(force_insert=True)

        assert found() == [f"current payments of order {order.pk}: 1 expected, 2 found"]
    finally:
        models.QuerySet.delete(Payment.objects.filter(pk=payment.pk))
        index = next(each for each in Payment._meta.constraints if "one_current" in each.name)
        with connection.schema_editor() as editor:
            editor.add_constraint(Payment, index)


OPEN_PAYMENTS = [
    ("pending", 30 * DAY, timedelta(minutes=-61), True),
    ("pending", 30 * DAY, timedelta(minutes=-59), False),
    ("requires_action", timedelta(hours=26), None, True),  # the provider's usual term
    ("requires_action", timedelta(hours=24), None, False),
    ("created", timedelta(hours=20, minutes=1), None, True),
    ("created", timedelta(hours=19, minutes=59), None, False),
    ("failed", 30 * DAY, None, False),
]


def test_open_payment_of_a_cancelled_order_has_to_end(order: Order):
    cancelled = Order.objects.get(status="cancelled")
    payment, now = cancelled.payments.get(), timezone.now()
    start_of_line = f"payment {payment.uid} of cancelled order {cancelled.pk}: an end by "
    for status, begun, expires, is_late in OPEN_PAYMENTS:
        write(of(cancelled), open_payments=int(status != "failed"))
        write(
            Payment.objects.filter(pk=payment.pk),
            status=status,
            created_at=now - begun,
            expires_at=None if expires is None else now + expires,
        )

        lines = found()

        assert [
            line.startswith(start_of_line) and line.endswith(f" UTC expected, {status} found")
            for line in lines
        ] == ([True] if is_late else []), (status, begun, expires)


def test_open_payment_of_an_order_that_lives_may_stay_open(order: Order):
    write(Payment.objects.filter(status="requires_action"), created_at=timezone.now() - 40 * DAY)

    assert found() == []


def test_refund_that_is_under_way_for_long_is_told(order: Order):
    refund = Refund.objects.create(order=order, payment=order.payments.get(), amount=1, cause="manual")
    rows, limit, minute = Refund.objects.filter(pk=refund.pk), timezone.now() - 10 * DAY, timedelta(minutes=1)
    for status in ("created", "pending"):
        write(rows, status=status, created_at=limit + minute)
        assert found() == []
        write(rows, created_at=limit - minute)

        [line] = found()
        assert line.startswith(f"refund {refund.uid} of order {order.pk}: an end by ")
        assert line.endswith(f" UTC expected, {status} found")


def test_differences_are_counted_and_fail_the_command(order: Order, capsys: pytest.CaptureFixture[str]):
    write(of(order), paid_total=Decimal("300.01"), stray_refunded_total=1)

    with pytest.raises(CommandError, match=r"^3 differences in payments\.$"):
        call_command("verify_payments")

    assert len(capsys.readouterr().err.splitlines()) == 3


def test_it_asks_as_often_whatever_there_is(order: Order):
    with CaptureQueriesContext(connection) as queries:
        found()

    assert len([each for each in queries if each["sql"].lstrip().startswith("SELECT")]) == 6
