"""`verify_payments --ask` finds what a provider says otherwise, and what only one side knows."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.orders.models import PaymentMethod
from apps.payments.models import Payment, Refund
from apps.payments.payment_reconciliation import provider_differences, providers_to_ask
from apps.payments.services import ask
from apps.payments.tests.emulation import SECRET, payment_emulator, post
from apps.payments.tests.fake_stripe import FakeStripe, Json
from apps.payments.tests.stripe_account import stripe_account  # noqa: F401  a fixture
from apps.payments.tests.stripe_shop import order_by_card, paid, start
from apps.payments.tests.tills import begun, order_for
from apps.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def session(customer: User, account: FakeStripe) -> Json:
    """Return the session of a paid order, beside one that is begun; both are an hour old."""
    start(order_by_card(customer))
    session = paid(order_by_card(customer), account)
    models.QuerySet.update(Payment.objects.all(), created_at=timezone.now() - HOUR)
    return session


def payment_of(session: Json) -> Payment:
    return Payment.objects.get(provider_id=session["id"])


def found(days: int = 3) -> list[str]:
    return list(map(str, provider_differences("stripe", timezone.now() - timedelta(days=days))))


def test_both_sides_agree(session: Json, capsys: pytest.CaptureFixture[str]):
    call_command("verify_payments", "--ask", "--days", "1")

    assert capsys.readouterr().out == "Payments add up.\n"


def test_other_figures_are_told(session: Json, account: FakeStripe):
    payment = payment_of(session)
    account.intents[session["payment_intent"]]["amount_received"] = 30001
    account.refund(session["payment_intent"], 500)
    session["amount_total"] = 30001

    where = f"of payment {payment.uid} at stripe"
    assert found() == [
        f"amount {where}: 300.01 expected, 300.00 found",
        f"captured {where}: 300.01 expected, 300.00 found",
        f"refunded {where}: 5.00 expected, 0.00 found",
    ]


def test_refund_that_is_just_being_made_is_no_difference(session: Json, account: FakeStripe):
    payment = payment_of(session)
    account.refund(session["payment_intent"], 500)
    Refund.objects.create(order=payment.order, payment=payment, amount=5, status="created", cause="manual")

    assert found() == []


def test_page_that_is_open_for_a_payment_that_is_over_is_told(customer: User, account: FakeStripe):
    payment = start(order_by_card(customer)).payment
    models.QuerySet.update(Payment.objects.all(), status="expired")

    assert found() == [f"status of payment {payment.uid} at stripe: requires_action expected, expired found"]


def test_payment_that_waits_to_be_asked_about_is_no_difference_in_status(customer: User, account: FakeStripe):
    account.expire(start(order_by_card(customer)).payment.provider_id)

    assert found() == []


def test_money_that_we_do_not_know_of_is_told(session: Json, account: FakeStripe):
    models.QuerySet.update(Payment.objects.filter(provider_id=session["id"]), provider="yookassa")

    assert found() == [f"payment {session['id']} at stripe: a payment of ours expected, none found"]


def test_unpaid_page_of_another_shop_is_not_ours(session: Json, account: FakeStripe):
    other = dict(next(iter(account.sessions.values())), id="cs_other", metadata={})
    account.sessions["cs_other"] = other
    assert found() == []

    account.pay("cs_other")
    assert found() == ["payment cs_other at stripe: a payment of ours expected, none found"]


def test_payment_whose_number_we_never_learnt_is_known_by_ours(session: Json, account: FakeStripe):
    payment = payment_of(session)
    models.QuerySet.update(
        Payment.objects.filter(pk=payment.pk), provider_id=None, status="created", captured=0
    )

    assert found() == [f"captured of payment {payment.uid} at stripe: 300.00 expected, 0.00 found"]


def test_payment_that_the_provider_does_not_know_is_told(session: Json, account: FakeStripe):
    payment = payment_of(session)
    del account.sessions[session["id"]]

    assert found() == [f"payment {payment.uid} at stripe: {session['id']} expected, none found"]
    models.QuerySet.update(Payment.objects.all(), created_at=timezone.now())
    assert found() == []  # its list may lag


def test_only_the_last_days_are_asked_about(session: Json, account: FakeStripe):
    account.intents[session["payment_intent"]]["amount_received"] = 1
    session["created"] -= 2 * 24 * 60 * 60
    models.QuerySet.update(Payment.objects.all(), created_at=timezone.now() - timedelta(days=2))

    assert found(days=1) == []
    assert len(found(days=3)) == 1


def test_our_rows_are_read_in_bulk(session: Json, account: FakeStripe, customer: User):
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert found() == []
        return len(queries)

    before = statements()
    for _ in range(3):
        start(order_by_card(customer))

    assert statements() == before == 2


def test_provider_that_cannot_be_asked_is_told(session: Json, account: FakeStripe, capsys):
    account.is_away = True

    with pytest.raises(CommandError, match=r"^1 difference in payments\.$"):
        call_command("verify_payments", "--ask")

    assert capsys.readouterr().err == "stripe cannot be asked: Stripe answers 503 (api_error)\n"


def test_providers_with_payments_are_asked_though_they_are_not_offered_any_more(session: Json, settings):
    settings.PAYMENT_PROVIDERS = ["manual"]
    now = timezone.now()

    assert providers_to_ask(now - 2 * HOUR) == ["stripe"]
    assert providers_to_ask(now) == []


def test_nobody_is_asked_unless_it_is_wanted(session: Json, account: FakeStripe):
    account.calls.clear()

    call_command("verify_payments")

    assert account.calls == []


@pytest.mark.parametrize("days", ["0", "91", "-1"])
def test_number_of_days_has_limits(db, days):
    with pytest.raises(CommandError, match=r"^--days must be a number from 1 to 90\.$"):
        call_command("verify_payments", "--ask", f"--days={days}")


def test_emulator_is_asked_likewise(customer: User, settings, tmp_path: Path, capsys):
    PaymentMethod.objects.create(code="online", name_ru="Картой", provider="emulator", terms="prepaid")
    with payment_emulator(tmp_path) as emulator:
        settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
        settings.PAYMENT_EMULATOR_URL, settings.PAYMENT_EMULATOR_SECRET = emulator.url, SECRET
        paid_one, open_one = (begun(order_for(customer)) for _ in "12")
        post(emulator, f"/payments/{paid_one.provider_id}/pay").raise_for_status()

        with pytest.raises(CommandError, match=r"^1 difference in payments\.$"):
            call_command("verify_payments", "--ask")
        ask(paid_one)
        call_command("verify_payments", "--ask")

    told = capsys.readouterr()
    where = f"of payment {paid_one.uid} at emulator"
    assert told.err == f"captured {where}: {paid_one.amount} expected, 0.00 found\n"
    assert told.out == "Payments add up.\n"
    open_one.refresh_from_db()
    assert open_one.status == "requires_action"
