"""The audit of a replay: what must hold when everything has been bought, moved and worked off."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scripts.replay.buying import Sales
from scripts.replay.catalogue import Shelves
from scripts.replay.client import Store, Tally, described
from scripts.replay.evidence import Evidence
from scripts.replay.exceptions import Refused
from scripts.replay.files import Product
from scripts.replay.jobs import UNFINISHED
from scripts.replay.orders import ListedOrder, PlacedOrder
from scripts.replay.thread_pool import ThreadPool

Problems = Iterator[str]

LOOKS, LOOK_PAUSE_SECONDS = 60, 1.0  # for money to go back
QUOTED = (
    "items_total",
    "discount_total",
    "delivery_price",
    "delivery_discount",
    "tax_total",
    "prices_include_tax",
    "total_price",
    "discounts",
    "taxes",
    "delivery",
)
QUOTED_OF_ITEMS = ("sku", "quantity", "price", "total", "discount", "amount", "tax_rate", "tax_amount")


@dataclass(frozen=True)
class Check:
    """What must hold, with each violation of it."""

    name: str
    problems: list[str]


class Audit:
    """Look at every order that the store lists, and then at the store as a whole."""

    def __init__(self, store: Store, products: dict[str, Product], coupons: Mapping[str, int | None]) -> None:
        self.uses = Tally()  # of coupons by code, by orders that are not cancelled
        self._coupons = coupons
        self.sold = Tally()  # pieces by sku, of orders that are not cancelled
        self._store = store
        self._products = products
        self._order_problems: dict[str, list[str]] = {name: [] for name in ORDER_CHECKS}

    def inspect_orders(self, pool: ThreadPool, orders: list[ListedOrder]) -> None:
        """Read every order and its invoice, and note what is wrong with them."""
        pool.run("orders checked", self._inspect, orders)

    def checks(
        self, *, sales: Sales, orders: list[ListedOrder], start: Shelves, left: Shelves
    ) -> list[Check]:
        """Return every check with what was found against it."""
        return [
            Check("some orders were accepted", [] if sales.orders else ["every basket was refused"]),
            Check("the store gave no unexpected answer", self._store.faults),
            Check("every accepted order is in the store", list(_lost_orders(sales.orders, orders))),
            Check("no order is doubled or belongs to no basket", list(_surplus_orders(sales.orders, orders))),
            Check("lost connections explain the unanswered orders", list(self._unexplained(sales.orders))),
            *(Check(name, problems) for name, problems in self._order_problems.items()),
            Check("no coupon is used above its limit", list(self._uses_above_limits())),
            Check("stock sold + stock left = stock at the start", list(self._stock_differences(start, left))),
            Check("no stock is below zero", list(_negative_stocks(left))),
        ]

    def _inspect(self, listed: ListedOrder) -> None:
        try:
            order = self._settled(listed)
        except Refused as refusal:
            self._store.faults.append(str(refusal))
            return
        invoice = self._store.ask("GET", f"orders/{listed.id}/invoice/", listed.customer)
        evidence = Evidence(listed, order, invoice, self._products)
        for name, find_problems in ORDER_CHECKS.items():
            self._order_problems[name].extend(
                f"order {listed.id}: {text}" for text in find_problems(evidence)
            )
        self._count(evidence)

    def _settled(self, listed: ListedOrder) -> dict[str, Any]:
        """Return the order; of one that was paid and cancelled, once its money has gone back."""
        for _look in range(LOOKS):
            order: dict[str, Any] = self._store.read(f"orders/{listed.id}/", listed.customer)
            if order["status"] != "cancelled" or order["paid_total"] == order["refunded_total"]:
                break
            time.sleep(LOOK_PAUSE_SECONDS)
        return order

    def _count(self, evidence: Evidence) -> None:
        self._store.tally.add("lines", len(evidence.order["items"]))
        if evidence.invoice.status_code == 200:
            self._store.tally.add("PDF bytes", len(evidence.invoice.content))
        self._store.tally.add("orders with delivery", evidence.order["delivery"] is not None)
        codes = [each["code"] for each in evidence.order["discounts"] if each["kind"] == "coupon"]
        self._store.tally.add("orders with a coupon", len(codes))
        self._store.tally.add("orders paid online", evidence.order["paid_total"] != "0.00")
        if evidence.order["status"] != "cancelled":
            for code in codes:
                self.uses.add(code)
            for sku, quantity in evidence.quantities.items():
                self.sold.add(sku, quantity)

    def _uses_above_limits(self) -> Problems:
        for code, limit in self._coupons.items():
            if limit is not None and self.uses[code] > limit:
                yield f"{code} is used by {self.uses[code]} orders, of {limit} at most"

    def _unexplained(self, placed: list[PlacedOrder]) -> Problems:
        unanswered = sum(not order.is_answered for order in placed)
        lost = self._store.tally["orders without an answer"]
        if unanswered > lost:
            yield f"{unanswered} orders were unanswered, but only {lost} answers were lost"

    def _stock_differences(self, start: Shelves, left: Shelves) -> Problems:
        for sku, product in start.items():
            if sku not in left:
                yield f"{sku} is no longer listed"
            elif self.sold[sku] + left[sku].stock != product.stock:
                yield f"{sku}: {product.stock} at the start, {self.sold[sku]} sold, {left[sku].stock} left"


def _lost_orders(placed: list[PlacedOrder], listed: list[ListedOrder]) -> Problems:
    known = {order.id for order in listed}
    for order in placed:
        if order.id not in known:
            yield f"order {order.id} of {order.customer.username} was accepted and is gone"


def _surplus_orders(placed: list[PlacedOrder], listed: list[ListedOrder]) -> Problems:
    for order in listed:
        if order.placed is None:
            yield f"order {order.id} of {order.customer.username} belongs to no basket"
    for order_id, count in Counter(order.id for order in placed).items():
        if count > 1:
            yield f"order {order_id} was given to {count} baskets"


def _negative_stocks(left: Shelves) -> Problems:
    for sku, product in left.items():
        if product.stock < 0:
            yield f"{sku}: {product.stock}"


def _wrong_lines(evidence: Evidence) -> Problems:
    placed = evidence.listed.placed
    if placed and evidence.quantities != Counter(placed.basket.quantities):
        yield f"its items are not those of basket {placed.basket.number}"


def _wrong_prices(evidence: Evidence) -> Problems:
    total = Decimal(0)
    for item in evidence.order["items"]:
        sku, quantity = item["sku"], item["quantity"]
        if sku not in evidence.products:
            yield f"it holds {sku}, which is not in the file"
            continue
        price = evidence.products[sku].price
        total += price * quantity
        if (Decimal(item["price"]), Decimal(item["total"])) != (price, price * quantity):
            yield f"{quantity} of {sku} at {price} became {item['price']}, {item['total']}"
    if Decimal(evidence.order["items_total"]) != total:
        yield f"the goods cost {evidence.order['items_total']}, the lines make {total}"


def _wrong_sums(evidence: Evidence) -> Problems:
    order = evidence.order
    delivery = order["delivery"] or dict.fromkeys(("price", "discount", "tax_amount"), "0.00")
    tax_total = _sum(order["items"], "tax_amount") + Decimal(delivery["tax_amount"])
    sums = {
        "discount_total": _sum(order["items"], "discount"),
        "delivery_price": Decimal(delivery["price"]),
        "delivery_discount": Decimal(delivery["discount"]),
        "tax_total": tax_total,
        "total_price": _sum(order["items"], "amount")
        + Decimal(delivery["price"])
        - Decimal(delivery["discount"])
        + (0 if order["prices_include_tax"] else tax_total),
    }
    for name, expected in sums.items():
        if Decimal(order[name]) != expected:
            yield f"{name} is {order[name]}, the parts make {expected}"
    if (taken := _sum(order["discounts"], "amount")) != sums["discount_total"] + sums["delivery_discount"]:
        yield f"the discounts make {taken}"
    if (taxes := _sum(order["taxes"], "amount")) != tax_total:
        yield f"the taxes make {taxes}, of {tax_total}"


def _sum(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), start=Decimal(0))


def _other_than_quoted(evidence: Evidence) -> Problems:
    order, placed = evidence.order, evidence.listed.placed
    if placed is None or placed.quote is None:
        return
    for name in QUOTED:
        if order[name] != placed.quote[name]:
            yield f"{name} is {order[name]}, quoted was {placed.quote[name]}"
    items = [{name: item[name] for name in QUOTED_OF_ITEMS} for item in order["items"]]
    quoted = [{name: item[name] for name in QUOTED_OF_ITEMS} for item in placed.quote["items"]]
    if items != quoted:
        yield f"its items are {items}, quoted were {quoted}"


def _wrong_status(evidence: Evidence) -> Problems:
    placed, status = evidence.listed.placed, evidence.order["status"]
    if placed and placed.status != status:
        yield f"it was moved to {placed.status} and is {status}"
    if evidence.order["history"][-1]["to_status"] != status:
        yield f"its history does not end in {status}"


def _wrong_payment(evidence: Evidence) -> Problems:
    order, placed = evidence.order, evidence.listed.placed
    if placed is None:
        return
    is_cancelled = order["status"] == "cancelled"
    is_free = order["total_price"] == "0.00"
    paid = {True: "refunded", False: "paid"}[is_cancelled]
    unpaid = "not_due" if is_cancelled or is_free else "unpaid"
    expected = (paid, order["total_price"]) if placed.is_paid else (unpaid, "0.00")
    if (found := (order["payment_status"], order["paid_total"])) != expected:
        yield f"its payment is {found}, expected {expected}"


def _wrong_invoice(evidence: Evidence) -> Problems:
    invoice = evidence.invoice
    if invoice.status_code == 202 and evidence.order["status"] == "cancelled":
        return  # nobody has asked for it before
    if invoice.status_code != 200:
        yield described(invoice)
    elif invoice.headers.get("Content-Type") != "application/pdf" or not invoice.content.startswith(b"%PDF-"):
        yield f"the invoice is no PDF but {invoice.headers.get('Content-Type')}, {invoice.content[:20]!r}"


def _wrong_emails(evidence: Evidence) -> Problems:
    jobs = evidence.listed.jobs
    if jobs["confirmation_email", "done"] != 1:
        yield f"{jobs['confirmation_email', 'done']} confirmation e-mails sent"
    if jobs["status_email", "done"] != evidence.transitions:
        yield f"{jobs['status_email', 'done']} e-mails sent about {evidence.transitions} changes of status"


def _wrong_shipment(evidence: Evidence) -> Problems:
    if not any(move["to_status"] == "shipped" for move in evidence.order["history"]):
        return
    if not evidence.order["tracking_number"]:
        yield "shipped without a tracking number (does the store know a carrier?)"
    if evidence.listed.jobs["shipment", "done"] != 1:
        yield f"announced to the carrier {evidence.listed.jobs['shipment', 'done']} times"


def _wrong_jobs(evidence: Evidence) -> Problems:
    for kind, status in evidence.listed.jobs:
        if status == "failed" or status in UNFINISHED:
            yield f"{kind} is {status}"


ORDER_CHECKS: dict[str, Callable[[Evidence], Problems]] = {
    "every order holds the lines of its basket": _wrong_lines,
    "every total is the sum of its lines at the file's prices": _wrong_prices,
    "every total is the sum of lines, delivery, discounts and taxes": _wrong_sums,
    "every order costs what was quoted, in every part": _other_than_quoted,
    "every order stands where it was moved": _wrong_status,
    "every paid order knows it, and a cancelled one gives back": _wrong_payment,
    "every order has its PDF invoice": _wrong_invoice,
    "every order has its confirmation and an e-mail per move": _wrong_emails,
    "every shipped order has its tracking number": _wrong_shipment,
    "every job has ended, none failed": _wrong_jobs,
}
