"""The checks of `make chaos` find each kind of violation, and name it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scripts.chaos.checks import run_checks
from scripts.chaos.effects import wrong_mails
from scripts.chaos.findings import Findings
from scripts.chaos.journal import RequestedTransition
from scripts.chaos.pictures import Picture
from scripts.chaos.snapshot import Order, Parcel, Step
from tests.support.chaos_findings import delivered, job, mail, second_order, sound, told_late

Spoil = Callable[[Findings], object]

pytestmark = pytest.mark.long


def spoil_row(rows: list[Any], **changes: object) -> None:
    rows[0] = replace(rows[0], **changes)


def with_money(**changes: int) -> Spoil:
    return lambda day: spoil_row(day.snapshot.ledger.orders, **changes)


def failing(findings: Findings) -> dict[str, list[str]]:
    return {check.name: check.problems for check in run_checks(findings) if check.problems}


def test_sound_findings_violate_nothing():
    assert failing(sound()) == {}


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda day: day.journal.unexpected_responses.append("GET x answered 500"), "GET x answered 500"),
        (lambda day: day.given_up.append("GET x was not answered"), "GET x was not answered"),
        (second_order, "order 8 belongs to 0 keys: nobody asked for it like that"),
        (
            lambda day: day.journal.orders[0].quantities.update({2: 1}),
            "order 7 has the lines {1: 2}, expected {1: 2, 2: 1}",
        ),
        (
            lambda day: day.snapshot.stock.update({1: 64}),
            "product 1: 60 at the start, +5 moved, 2 sold, 64 left",
        ),
        (
            lambda day: day.snapshot.movements.update({"chaos key-3": [(1, 5), (1, 0)]}),
            "the movement key-3 (+5 of product 1) was done and is kept as [(1, 5), (1, 0)]",
        ),
        (
            lambda day: day.snapshot.movements.update({"chaos key-4": [(1, 0)]}),
            "nobody asked for the stock movement 'chaos key-4'",
        ),
        (
            lambda day: day.snapshot.orders.update({7: Order(7, "delivered", "EM1")}),
            "order 7 is delivered, its history ends in shipped",
        ),
        (
            lambda day: day.journal.transitions.append(
                RequestedTransition(7, "delivered", "admin", outcome="done")
            ),
            "admin was told 1 times that order 7 is delivered (0 answers were lost), "
            "its history has it 0 times",
        ),
        (
            lambda day: day.journal.transitions.pop(),
            "order 7 was made shipped by admin, who never asked for it",
        ),
        (lambda day: day.stock_differences.append("stock of product 1"), "stock of product 1"),
        (lambda day: day.order_differences.append("goods of order 7"), "goods of order 7"),
        (with_money(items_total=1001, total_price=1526), "order 7: items_total is 1001, expected 1000 cents"),
        (with_money(tax_total=276, total_price=1526), "order 7: tax_total is 276, expected 275 cents"),
        (with_money(total_price=1524), "order 7: total_price is 1524, expected 1525 cents"),
        (
            lambda day: day.snapshot.ledger.discounts.update({(7, "items"): 1}),
            "order 7: discounts is 100, expected 101 cents",
        ),
        (
            lambda day: day.snapshot.ledger.discounts.update({(7, "delivery"): 1}),
            "order 7: discounts on delivery is 0, expected 1 cents",
        ),
        (
            lambda day: spoil_row(day.snapshot.ledger.promotions, used=2),
            "promotion TEA10 counts 2 uses, and has 1",
        ),
        (lambda day: spoil_row(day.snapshot.ledger.codes, used=0), "code TEA10 counts 0 uses, and has 1"),
        (
            lambda day: spoil_row(day.snapshot.ledger.promotions, limit=0),
            "promotion TEA10 has 1 uses, of 0 at most",
        ),
        (lambda day: spoil_row(day.snapshot.ledger.codes, limit=0), "code TEA10 has 1 uses, of 0 at most"),
        (
            lambda day: spoil_row(day.snapshot.ledger.promotions, per_customer=0),
            "user 3 has used TEA10 1 times, of 0 at most",
        ),
        (
            lambda day: day.snapshot.ledger.coupons.clear(),
            "order 7 shows no discount of promotion 1, which it used",
        ),
        (
            lambda day: day.snapshot.ledger.coupons.add((7, 5)),
            "order 7 has the discount of promotion 5 without a use of it",
        ),
        (lambda day: day.deadlocks.append("ERROR:  deadlock detected"), "ERROR:  deadlock detected"),
        (
            lambda day: day.snapshot.jobs.append(job(3, "invoice", "pending")),
            "invoice of order:7 is pending after 1 attempts, not before 12:00:00, leased until never: "
            "no error",
        ),
        (
            lambda day: day.snapshot.jobs.append(job(3, "shipment", "failed", "CarrierRefused: no")),
            "shipment of order:7 is failed after 1 attempts, not before 12:00:00, leased until never: "
            "CarrierRefused: no",
        ),
        (lambda day: day.snapshot.pictures.clear(), "there is no picture at all"),
        (
            lambda day: day.snapshot.pictures.append(Picture(2, "ready", ("a-480.webp",))),
            "picture 2 is ready, broken: a-480.webp",
        ),
        (
            lambda day: day.snapshot.pictures.append(Picture(2, "pending", ())),
            "picture 2 is pending, broken: none",
        ),
        (lambda day: day.snapshot.invoices.clear(), "order 7 has 0 invoices"),
        (lambda day: day.snapshot.invoices[7].append(b"%PDF-"), "order 7 has 2 invoices"),
        (
            lambda day: day.snapshot.mails.insert(1, mail(5, "Your order #7 is confirmed")),
            "2 messages tell that order 7 is pending: ['<0@store>', '<5@store>']",
        ),
        (
            lambda day: day.snapshot.mails.append(mail(5, "Your order #7 has been cancelled")),
            "a message tells that order 7 is cancelled, which is not so",
        ),
        (
            lambda day: day.snapshot.mails.append(day.snapshot.mails[0]),
            "1 second copies, but only 0 kills",
        ),
        (
            lambda day: day.snapshot.mails.pop(),
            "no message of email_verification of user:3 is done after 1 attempts, not before 12:00:00, "
            "leased until never: no error",
        ),
        (
            lambda day: day.snapshot.parcels.append(Parcel("uuid-3", 7, "EM3")),
            "order 7 is shipped and has 2 parcels: ['uuid-2', 'uuid-3']",
        ),
        (
            lambda day: day.snapshot.orders.update({7: Order(7, "shipped", None)}),
            "order 7 has the number None, the carrier says {'uuid-2': 'EM1'}",
        ),
    ],
)
def test_violation_is_found_and_named(spoil: Spoil, problem: str):
    findings = sound()
    spoil(findings)

    assert list(failing(findings).values()) == [[problem]]


def test_use_of_an_order_that_is_not_cancelled_must_not_be_given_back():
    findings = sound()
    ledger = findings.snapshot.ledger
    spoil_row(ledger.redemptions, is_released=True)
    spoil_row(ledger.promotions, used=0)
    spoil_row(ledger.codes, used=0)

    assert list(failing(findings).values()) == [["order 7 is shipped, its coupon given back"]]


@pytest.mark.parametrize(
    ("subjects", "problems"),
    [
        (["has been cancelled"], []),
        (["is confirmed", "has been cancelled"], []),
        (["is confirmed"], ["0 messages tell that order 9 is cancelled: []"]),
    ],
)
def test_of_a_cancelled_order_at_least_the_cancellation_is_told(subjects: list[str], problems: list[str]):
    findings = sound()
    snapshot = findings.snapshot
    snapshot.history[9] = [Step(None, "pending", "buyer"), Step("pending", "cancelled", "buyer")]
    snapshot.mails += [mail(50 + place, f"Your order #9 {each}") for place, each in enumerate(subjects)]

    assert list(wrong_mails(findings)) == problems


def test_number_that_comes_late_is_told_by_a_second_message():
    findings = sound()
    told_late(findings)

    assert failing(findings) == {}


def test_number_that_comes_after_the_parcel_need_not_be_told():
    findings = sound()
    told_late(findings, numbers=("",))
    delivered(findings)

    assert failing(findings) == {}


@pytest.mark.parametrize("is_delivered", [True, False])
def test_number_that_the_carrier_gave_at_once_must_be_told(is_delivered: bool):
    findings = sound()
    findings.snapshot.mails[2] = mail(2, "Your order #7 has been shipped")
    if is_delivered:
        delivered(findings)

    assert list(failing(findings).values()) == [["order 7 is shipped as EM1, and the message tells None"]]


def test_number_that_came_late_and_is_not_told_is_named():
    findings = sound()
    told_late(findings, numbers=("",))

    assert list(failing(findings).values()) == [["order 7 is shipped as EM1, and the message tells None"]]


def test_second_message_of_a_number_that_came_at_once_is_named():
    findings = sound()
    told_late(findings)
    findings.snapshot.run_again.clear()

    assert list(failing(findings).values()) == [
        ["2 messages tell that order 7 is shipped: ['<20@store>', '<21@store>']"]
    ]


def test_messages_in_another_order_than_the_history_are_named():
    findings = sound()
    mails = findings.snapshot.mails
    mails[1], mails[2] = mails[2], mails[1]

    assert list(failing(findings).values()) == [
        ["the messages about order 7 came as pending, shipped, processing"]
    ]


def test_second_copy_is_not_out_of_order():
    findings = sound()
    first = findings.snapshot.mails[0]
    findings.snapshot.mails[0] = replace(first, is_told=False)
    findings.snapshot.mails.append(first)

    assert failing(findings) == {}


def test_key_that_is_kept_for_another_order_is_named():
    findings = sound()
    findings.snapshot.keys["key-1"] = ("buyer", "order:9")

    assert list(failing(findings).values()) == [
        ["order 7 was accepted, but its key key-1 is kept for ('buyer', 'order:9')"],
        ["order 7 belongs to 0 keys: nobody asked for it like that"],
    ]


def test_order_under_a_refused_key_is_named():
    findings = sound()
    findings.snapshot.keys["key-2"] = ("buyer", "order:7")

    assert list(failing(findings).values()) == [
        [
            "order:7 was placed under the key key-2, whose only request was refused",
            "order 7 belongs to 2 keys: nobody asked for it like that",
        ]
    ]


def test_order_that_is_gone_is_named():
    findings = sound()
    findings.snapshot.orders.clear()

    assert (
        "order 7 of buyer was accepted and is gone"
        in failing(findings)["every accepted order is there, once"]
    )


def test_copy_after_a_lost_answer_of_the_mail_server_needs_no_kill():
    findings = sound()
    first = findings.snapshot.mails[0]
    findings.snapshot.mails[:1] = [replace(first, is_told=False), first]

    assert failing(findings) == {}


def test_move_whose_answer_was_lost_may_have_been_made_or_not():
    findings = sound()
    findings.journal.transitions[-1].outcome, findings.journal.transitions[-1].lost = "refused", 1
    findings.journal.transitions.append(
        RequestedTransition(7, "delivered", "admin", outcome="refused", lost=2)
    )

    assert failing(findings) == {}
