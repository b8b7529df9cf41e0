"""The checks of `make chaos` find each kind of fault with money, and name it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scripts.chaos.checks import run_checks
from scripts.chaos.findings import Findings
from scripts.chaos.payment_provider import ProviderPayment, ProviderRefund
from tests.support.chaos_findings import job, mail, sound

pytestmark = pytest.mark.long


def with_order(**changes: object) -> Callable[[Findings], None]:
    def spoil(findings: Findings) -> None:
        orders = findings.snapshot.payments.orders
        orders[7] = replace(orders[7], **changes)

    return spoil


def second_payment(findings: Findings, **changes: object) -> None:
    """Have the provider book order 7 once more."""
    payments = findings.snapshot.payments
    payments.at_provider.append(replace(payments.at_provider[0], id="p2", **changes))


def told_twice(findings: Findings) -> None:
    told = replace(job(40, "payment_email"))
    findings.snapshot.jobs.append(told)
    first = mail(told.uuid, "Your order #7: payment received")
    findings.snapshot.mails += [first, replace(first, message_id=f"<{told.uuid}@other>")]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (
            with_order(paid_total=1524, refunded_total=99),
            "order 7 says 1524 cents paid, the provider and the desk 1525",
        ),
        (
            lambda day: second_payment(day, uid="other-uid"),
            "order 7 says 1525 cents paid, the provider and the desk 3050",
        ),
        (
            lambda day: second_payment(day, captured=0),
            "payment pay-uid was made 2 times",
        ),
        (
            lambda day: second_payment(day, captured=0, uid="other-uid"),
            "the provider has the payment other-uid, which the store does not know",
        ),
        (
            lambda day: day.snapshot.payments.refunds_at_provider.append(
                ProviderRefund("r2", "p1", "failed", 100, "refund-uid")
            ),
            "refund refund-uid was made 2 times",
        ),
        (
            lambda day: day.snapshot.payments.at_provider.append(ProviderPayment("p9", "paid", 5, 0, 9, "")),
            "money moved for order 9, which is not there",
        ),
        (with_order(status="cancelled"), "order 7 (cancelled): 1425 cents are owed, and nobody looks"),
        (
            lambda day: day.snapshot.payments.open_payments.append("pay-uid of order 7 (pending)"),
            "payment pay-uid of order 7 (pending) is still open",
        ),
        (
            lambda day: day.snapshot.payments.refunds_under_way.append("refund-uid of order 7 (created)"),
            "refund refund-uid of order 7 (created) is still under way",
        ),
        (
            lambda day: day.payment_differences.append("paid of order 7"),
            "paid of order 7",
        ),
    ],
)
def test_fault_with_money_is_found_and_named(spoil: Callable[[Findings], None], problem: str):
    findings = sound()
    spoil(findings)

    found = [each for check in run_checks(findings) for each in check.problems]
    assert problem in found


def test_an_unpaid_order_that_is_not_cancelled_in_time_is_found():
    findings = sound()
    orders = findings.snapshot.payments.orders
    orders[8] = replace(orders[7], id=8, status="pending", paid_total=0, refunded_total=0, is_overdue=True)
    assert [each for check in run_checks(findings) for each in check.problems] == [
        "order 8 is unpaid after its time, and pending"
    ]


def test_what_somebody_looks_at_may_be_owed():
    findings = sound()
    with_order(status="cancelled", needs_look="owed")(findings)
    assert [check.name for check in run_checks(findings) if check.problems] == []


def test_two_messages_about_one_fact_are_found():
    findings = sound()
    told_twice(findings)
    assert [check.name for check in run_checks(findings) if check.problems] == [
        "one message for each fact about money"
    ]
