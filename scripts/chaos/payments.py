"""Invariants of payments after a chaos run: the provider's books against the store's."""

from collections import Counter, defaultdict

from scripts.chaos.findings import Findings, Problems
from scripts.chaos.payment_ledger import PaidOrder

MONEY_MAILS = frozenset({"payment_email", "refund_email"})


def wrong_sums(findings: Findings) -> Problems:
    """Compare what the provider captured and gave back of each order with what the order says."""
    payments = findings.snapshot.payments
    captured, refunded = payments.booked()
    for order in payments.orders.values():
        for name, kept, expected in (
            ("paid", order.paid_total, captured[order.id]),
            ("refunded", order.refunded_total, refunded[order.id]),
        ):
            if kept != expected:
                yield f"order {order.id} says {kept} cents {name}, the provider and the desk {expected}"
    for order_id in (captured.keys() | refunded.keys()) - payments.orders.keys():
        yield f"money moved for order {order_id}, which is not there"


def doubled(findings: Findings) -> Problems:
    """Tell of payments and refunds that were made twice, or that the store knows nothing of."""
    payments = findings.snapshot.payments
    for name, uids, known in (
        ("payment", [payment.uid for payment in payments.at_provider], payments.payment_uids),
        (
            "refund",
            [refund.uid for refund in payments.refunds_at_provider if refund.uid],
            payments.refund_uids,
        ),
    ):
        for uid, count in Counter(uids).items():
            if count > 1:
                yield f"{name} {uid} was made {count} times"
            if uid not in known:
                yield f"the provider has the {name} {uid}, which the store does not know"


def kept_money(findings: Findings) -> Problems:
    """Tell of orders on which the store owes money, and nobody has been told to look."""
    payments = findings.snapshot.payments
    for order in payments.orders.values():
        owed = order.paid_total - order.refunded_total - _due(order) - payments.reserved[order.id]
        if owed > 0 and not order.needs_look:
            yield f"order {order.id} ({order.status}): {owed} cents are owed, and nobody looks"


def unsettled(findings: Findings) -> Problems:
    """Tell of payments that are open though nothing can come of them, and of refunds that hang."""
    payments = findings.snapshot.payments
    for payment in payments.open_payments:
        yield f"payment {payment} is still open"
    for refund in payments.refunds_under_way:
        yield f"refund {refund} is still under way"
    for order in payments.orders.values():
        is_unpaid = order.status == "pending" and order.is_overdue and not order.paid_total
        if is_unpaid and order.id not in payments.waiting_orders:
            yield f"order {order.id} is unpaid after its time, and pending"


def doubled_mails(findings: Findings) -> Problems:
    """Tell of facts about money that more than one message tells."""
    came: dict[str, set[str]] = defaultdict(set)
    for mail in findings.snapshot.mails:
        came[mail.job].add(mail.message_id)
    for job in findings.snapshot.jobs:
        if job.kind in MONEY_MAILS and len(came[str(job.uuid)]) > 1:
            yield f"{len(came[str(job.uuid)])} messages of {job}"


def _due(order: PaidOrder) -> int:
    return 0 if order.status == "cancelled" else order.total_price - order.credited
