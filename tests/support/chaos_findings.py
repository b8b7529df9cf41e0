"""Findings of a chaos run in which all is well, and what else may happen to its order."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from scripts.chaos.findings import Findings
from scripts.chaos.journal import Journal, RequestedOrder, RequestedTransition, Restock
from scripts.chaos.ledger import Ledger, OrderMoney, PricedLine, Redemption, UseCounter
from scripts.chaos.payment_ledger import PaidOrder, PaymentLedger
from scripts.chaos.payment_provider import ProviderPayment, ProviderRefund
from scripts.chaos.pictures import Picture
from scripts.chaos.snapshot import JobRow, Mail, Order, Parcel, Snapshot, Step
from scripts.replay.client import Account

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BUYER = Account("buyer", "secret")


def sound() -> Findings:
    """Return the findings of a day with one order of product 1 that was shipped, and a refused one."""
    restock = Restock("key-3", 1, 5, outcome="done")
    return Findings(
        journal=sound_journal(restock),
        snapshot=sound_snapshot(restock),
        start={1: 60},
        incidents=[],
        ended_by_themselves=[],
        given_up=[],
        stock_differences=[],
        order_differences=[],
        payment_differences=[],
        deadlocks=[],
        settling_seconds=1.0,
    )


def sound_journal(restock: Restock) -> Journal:
    requested = RequestedOrder("key-1", BUYER, {1: 2}, outcome="accepted", order_id=7)
    refused = RequestedOrder("key-2", BUYER, {1: 90}, outcome="refused")
    transitions = [
        RequestedTransition(7, status, "admin", outcome="done") for status in ("processing", "shipped")
    ]
    return Journal(orders=[requested, refused], transitions=transitions, restocks=[restock])


def sound_snapshot(restock: Restock) -> Snapshot:
    path = [None, "pending", "processing", "shipped"]
    steps = [Step(before, after, "admin" if before else "buyer") for before, after in pairwise(path)]
    subjects = ["confirmed", "being prepared"]
    return Snapshot(
        orders={7: Order(7, "shipped", "EM1")},
        lines={7: Counter({1: 2})},
        history={7: steps},
        keys={"key-1": ("buyer", "order:7"), "key-3": ("admin", "")},
        jobs=[
            job(1, "invoice"),
            job(2, "shipment"),
            replace(job(30, "email_verification"), subject="user:3"),
        ],
        invoices={7: [b"%PDF-1.4"]},
        stock={1: 63},
        movements={restock.reason: [(1, 5)]},
        emails={"buyer": "buyer@example.com"},
        run_again=set(),
        ledger=sound_ledger(),
        payments=sound_payments(),
        mails=[
            *[mail(number, f"Your order #7 is {subject}") for number, subject in enumerate(subjects)],
            mail(2, "Your order #7 has been shipped", number="EM1"),
            mail(UUID(int=30), "Confirm your e-mail address"),
        ],
        pictures=[Picture(1, "ready", ())],
        parcels=[Parcel("uuid-2", 7, "EM1")],
    )


def sound_ledger() -> Ledger:
    """Return the money of an order of 10.00 less 10 %, with 3.50 for delivery and net tax of 22 %."""
    money = OrderMoney(
        7,
        prices_include_tax=False,
        items_total=1000,
        discount_total=100,
        delivery_price=350,
        delivery_discount=0,
        delivery_tax=77,
        tax_total=275,
        total_price=1525,
    )
    return Ledger(
        orders=[money],
        lines={7: [PricedLine(2, 500, 100, 198)]},
        discounts=Counter({(7, "items"): 100}),
        coupons={(7, 1)},
        redemptions=[Redemption(1, 2, 7, 3, is_counted=True, is_released=False)],
        promotions=[UseCounter(1, "TEA10", used=1, limit=1, per_customer=1)],
        codes=[UseCounter(2, "TEA10", used=1, limit=1)],
    )


def sound_payments() -> PaymentLedger:
    """Return order 7, paid online at 15.25, of which 1.00 was given back as an allowance."""
    return PaymentLedger(
        orders={7: PaidOrder(7, "shipped", 1525, 100, 1525, 100, "", is_overdue=False)},
        payment_uids={"pay-uid"},
        refund_uids={"refund-uid"},
        at_provider=[ProviderPayment("p1", "paid", 1525, 100, 7, "pay-uid")],
        refunds_at_provider=[ProviderRefund("r1", "p1", "succeeded", 100, "refund-uid")],
    )


def job(number: int, kind: str, status: str = "done", error: str = "") -> JobRow:
    return JobRow(UUID(int=number), kind, "order:7", status, 1, NOON, None, error, NOON, NOON)


def mail(message: int | UUID, subject: str, *, number: str = "") -> Mail:
    text = f"Hello!\n\nTracking number: {number}\nTotal: 5" if number else "Hello!\n\nTotal: 5"
    return Mail(f"<{message}@store>", subject, ("buyer@example.com",), True, text)


def told_late(findings: Findings, *, numbers: tuple[str, ...] = ("", "EM1")) -> None:
    """Have the carrier refuse the parcel of order 7 until staff run the job again."""
    mails = findings.snapshot.mails
    findings.snapshot.run_again.add(("order:7", "shipment"))
    mails[2:3] = [
        mail(20 + place, "Your order #7 has been shipped", number=each) for place, each in enumerate(numbers)
    ]


def delivered(findings: Findings) -> None:
    """Deliver order 7, and tell its customer."""
    snapshot = findings.snapshot
    snapshot.orders[7] = Order(7, "delivered", "EM1")
    snapshot.history[7].append(Step("shipped", "delivered", "admin"))
    findings.journal.transitions.append(RequestedTransition(7, "delivered", "admin", outcome="done"))
    snapshot.mails.append(mail(40, "Your order #7 has been delivered", number="EM1"))


def second_order(findings: Findings) -> None:
    """Place the same order once more, with all that belongs to it but a key."""
    snapshot = findings.snapshot
    snapshot.orders[8] = Order(8, "pending", None)
    snapshot.lines[8] = Counter({1: 1})
    snapshot.history[8] = [Step(None, "pending", "buyer")]
    snapshot.invoices[8] = [b"%PDF-1.4"]
    snapshot.mails.append(mail(9, "Your order #8 is confirmed"))
    snapshot.stock[1] -= 1
