"""Invariants of orders, stock and history after a chaos run, whatever was killed on the way."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apps.orders.statuses import TRANSITIONS, OrderStatus
from scripts.chaos import effects, money, payments
from scripts.chaos.findings import Findings, Problems
from scripts.chaos.journal import REASON, RequestedOrder, RequestedTransition

STORE_ITSELF = "system"


@dataclass(frozen=True)
class Check:
    """An invariant, with each violation of it."""

    name: str
    problems: list[str]


def run_checks(findings: Findings) -> list[Check]:
    """Return every check with each violation of it."""
    return [Check(name, list(find(findings))) for name, find in CHECKS.items()]


def _unexpected_answers(findings: Findings) -> Problems:
    yield from findings.journal.unexpected_responses


def _unanswered(findings: Findings) -> Problems:
    yield from findings.given_up


def _lost_orders(findings: Findings) -> Problems:
    snapshot = findings.snapshot
    for requested in _accepted(findings):
        kept = snapshot.keys.get(requested.key)
        if requested.order_id not in snapshot.orders:
            yield f"order {requested.order_id} of {requested.customer.username} was accepted and is gone"
        elif kept != (requested.customer.username, f"order:{requested.order_id}"):
            yield f"order {requested.order_id} was accepted, but its key {requested.key} is kept for {kept}"
    for order_id, count in Counter(requested.order_id for requested in _accepted(findings)).items():
        if count > 1:
            yield f"order {order_id} was given as the answer to {count} different keys"


def _surplus_orders(findings: Findings) -> Problems:
    requested_orders = {
        (requested.customer.username, requested.key): requested for requested in findings.journal.orders
    }
    keys_of: dict[str, list[str]] = defaultdict(list)
    for key, (username, subject) in findings.snapshot.keys.items():
        requested = requested_orders.get((username, key))
        if subject.startswith("order:"):
            keys_of[subject].append(key)
            yield from _wrongly_kept(requested, key, subject)
    for order_id in findings.snapshot.orders:
        keys = keys_of[f"order:{order_id}"]
        if len(keys) != 1:
            yield f"order {order_id} belongs to {len(keys)} keys: nobody asked for it like that"


def _wrongly_kept(requested: RequestedOrder | None, key: str, subject: str) -> Problems:
    if requested is None:
        yield f"{subject} was placed under the key {key}, which no client sent"
    elif requested.outcome == "refused" and not requested.lost:
        yield f"{subject} was placed under the key {key}, whose only request was refused"


def _wrong_lines(findings: Findings) -> Problems:
    for requested in _accepted(findings):
        lines = findings.snapshot.lines[requested.order_id]
        if requested.order_id in findings.snapshot.orders and lines != Counter(requested.quantities):
            yield f"order {requested.order_id} has the lines {dict(lines)}, expected {requested.quantities}"


def _stock_differences(findings: Findings) -> Problems:
    """Compare by count: the start, the movements of staff, the lines of orders that are not cancelled."""
    sold: Counter[int] = Counter()
    for order in findings.snapshot.orders.values():
        if order.status != "cancelled":
            sold.update(findings.snapshot.lines[order.id])
    moved: Counter[int] = Counter()
    for reason, movements in findings.snapshot.movements.items():
        for product_id, delta in movements if reason.startswith(REASON) else ():
            moved[product_id] += delta
    for product_id, start in findings.start.items():
        left = findings.snapshot.stock.get(product_id)
        if left is None or left < 0 or left != start + moved[product_id] - sold[product_id]:
            yield (
                f"product {product_id}: {start} at the start, {moved[product_id]:+d} moved, "
                f"{sold[product_id]} sold, {left} left"
            )


def _wrong_movements(findings: Findings) -> Problems:
    known = {restock.reason: restock for restock in findings.journal.restocks}
    for reason, restock in known.items():
        kept = findings.snapshot.movements.get(reason, [])
        # A refused one may have been carried out by an attempt that was lost and arrived late.
        counts = {1} if restock.outcome == "done" else {0, 1} if restock.lost else {0}
        if len(kept) not in counts or any(row != (restock.product_id, restock.delta) for row in kept):
            wanted = f"{restock.delta:+d} of product {restock.product_id}"
            yield f"the movement {restock.key} ({wanted}) was {restock.outcome} and is kept as {kept}"
    for reason in findings.snapshot.movements.keys() - known.keys():
        if reason.startswith(REASON):
            yield f"nobody asked for the stock movement {reason!r}"


def _broken_history(findings: Findings) -> Problems:
    for order in findings.snapshot.orders.values():
        steps = findings.snapshot.history.get(order.id, [])
        path = [None, *(step.to_status for step in steps)]
        if path[:2] != [None, "pending"] or [step.from_status for step in steps] != path[:-1]:
            yield f"the history of order {order.id} is no chain: {_told(findings, order.id)}"
        for step in steps[1:]:
            if step.to_status not in TRANSITIONS[OrderStatus(str(step.from_status))]:
                yield f"order {order.id} went from {step.from_status} to {step.to_status}"
        if path[-1] != order.status:
            yield f"order {order.id} is {order.status}, its history ends in {path[-1]}"


def _wrong_transitions(findings: Findings) -> Problems:
    wanted: dict[tuple[int, str, str], list[RequestedTransition]] = defaultdict(list)
    for transition in findings.journal.transitions:
        wanted[transition.order_id, transition.to_status, transition.username].append(transition)
    made = Counter(
        (order_id, step.to_status, step.username)
        for order_id, steps in findings.snapshot.history.items()
        for step in steps[1:]
    )
    for (order_id, to_status, username), transitions in wanted.items():
        done = sum(transition.outcome == "done" for transition in transitions)
        lost = sum(transition.lost > 0 for transition in transitions)
        count = made[order_id, to_status, username]
        if not done <= count <= max(done, min(1, lost)):
            yield (
                f"{username} was told {done} times that order {order_id} is {to_status} "
                f"({lost} answers were lost), its history has it {count} times"
            )
    by_people = {made_by for made_by in made if made_by[2] != STORE_ITSELF}
    for order_id, to_status, username in by_people - wanted.keys():
        yield f"order {order_id} was made {to_status} by {username}, who never asked for it"


def _deadlocks(findings: Findings) -> Problems:
    yield from findings.deadlocks


def _accepted(findings: Findings) -> Iterator[RequestedOrder]:
    return (requested for requested in findings.journal.orders if requested.outcome == "accepted")


def _told(findings: Findings, order_id: int) -> str:
    steps = findings.snapshot.history.get(order_id, [])
    return ", ".join(f"{step.from_status} -> {step.to_status}" for step in steps) or "empty"


CHECKS: dict[str, Callable[[Findings], Problems]] = {
    "no 5xx but 503 with Retry-After, nor any other unexpected answer": _unexpected_answers,
    "every request was answered in the end": _unanswered,
    "every accepted order is there, once": _lost_orders,
    "every order was asked for, by one key": _surplus_orders,
    "every order holds the lines that were asked for": _wrong_lines,
    "stock + sold = start + movements, for every product": _stock_differences,
    "stock, its ledger and the orders agree (verify_stock)": lambda findings: iter(
        findings.stock_differences
    ),
    "every order adds up: lines, discounts, delivery, taxes, total": money.wrong_totals,
    "promotions and codes count their uses, none above its limit": money.wrong_uses,
    "every use of a coupon belongs to an order, and is given back with it": money.wrong_redemptions,
    "orders, their parts and the counters agree (verify_orders)": lambda findings: iter(
        findings.order_differences
    ),
    "the provider's books and the orders agree, to the cent": payments.wrong_sums,
    "no payment and no refund was made twice": payments.doubled,
    "what is owed goes back, or somebody looks": payments.kept_money,
    "no payment, refund or unpaid order is stuck": payments.unsettled,
    "one message for each fact about money": payments.doubled_mails,
    "payments, refunds and the orders agree (verify_payments)": lambda findings: iter(
        findings.payment_differences
    ),
    "every stock movement was made as it was answered, once": _wrong_movements,
    "every history is a chain of allowed transitions that ends in the order's status": _broken_history,
    "every history equals the transitions that were answered": _wrong_transitions,
    "no two transactions locked each other out": _deadlocks,
    "no job is stuck": effects.stuck_jobs,
    "no job is left failed": effects.failed_jobs,
    "every picture is shown, and its files are whole": effects.wrong_pictures,
    "every order has one invoice": effects.wrong_invoices,
    "every order has its e-mails, one message for each status": effects.wrong_mails,
    "e-mails about an order came in the order of its history": effects.reordered_mails,
    "the e-mail that an order is shipped tells the carrier's number": effects.untold_numbers,
    "every account has its e-mails": effects.lost_account_mails,
    "second copies of e-mails do not outnumber the kills": effects.surplus_copies,
    "every shipped order has one parcel at the carrier": effects.wrong_parcels,
}
