"""Customers who look around, order under keys of their own, read their orders and cancel some."""

import time
import uuid
from random import Random
from typing import Any

from scripts.chaos.coupons import ADDRESSES, COUPONS, METHODS, POINT, UNKNOWN_CODE
from scripts.chaos.http_client import HttpClient, Request, Response
from scripts.chaos.journal import Day, Journal, RequestedOrder, RequestedTransition
from scripts.chaos.payers import ONLINE, PAID_SHARE, Payer
from scripts.chaos.payment_provider import PaymentProvider
from scripts.replay.client import Account

MAX_LINES = 5
MAX_PIECES = 3
REPEATED_SHARE = 0.15  # of the answered orders: sent once more, to get the same response
DELIVERED_SHARE = 0.5
COUPON_SHARE = 0.5
CODES = [*(coupon.code for coupon in COUPONS), "TEA10", UNKNOWN_CODE]
# What a customer may be told who has seen an earlier state of the store.
REFUSALS = frozenset({"insufficient_stock", "coupon_invalid", "delivery_unavailable"})
READABLE = frozenset({200, 202, 304})


class Buyer:
    """A customer who uses the API."""

    def __init__(
        self,
        account: Account,
        client: HttpClient,
        journal: Journal,
        product_ids: list[int],
        random: Random,
        provider: PaymentProvider,
    ) -> None:
        self._payer = Payer(account, client, journal, provider, random)
        self._account = account
        self._client = client
        self._journal = journal
        self._product_ids = product_ids
        # The first products are wanted by everybody: there buyers meet.
        self._weights = [1 / place for place in range(1, len(product_ids) + 1)]
        self._random = random
        self._own: list[int] = []
        self._payable: list[int] = []

    def run(self, day: Day) -> None:
        """Do one thing after the other until the day is over. Raises GivenUp."""
        weights = {
            self._order: 40,
            self._quote: 5,
            self._browse: 10,
            self._read_own: 10,
            self._cancel: 8,
            self._pay: 15,
            self._look_at_payments: 7,
            self._payer.visit_late: 5,
        }
        while day.is_open:
            self._random.choices(list(weights), list(weights.values()))[0]()

    def _order(self) -> None:
        requested = RequestedOrder(
            str(uuid.UUID(int=self._random.getrandbits(128))), self._account, self._basket()
        )
        self._journal.orders.append(requested)
        request = Request("POST", "orders/", self._account, self._body(requested.quantities), requested.key)
        requested.began_at = time.time()
        response = self._client.send(request)
        requested.answered_at, requested.sent_at, requested.lost = (
            time.time(),
            response.sent_at,
            response.lost,
        )
        if response.status == 201:
            self._accept(requested, response)
            if self._random.random() < REPEATED_SHARE:
                self._repeat(request, response)
        elif response.status == 400 and response.data.get("code") in REFUSALS:
            requested.outcome, requested.reason = "refused", str(response.data["code"])
        else:
            self._client.report(request, response)

    def _accept(self, requested: RequestedOrder, response: Response) -> None:
        requested.outcome, requested.order_id = "accepted", int(response.data["id"])
        self._own.append(requested.order_id)
        if response.data["payment_method"] in ONLINE:
            self._payable.append(requested.order_id)
            if self._random.random() < 0.6:
                self._payer.pay(requested.order_id)
        self._journal.knows(requested.order_id, "pending")

    def _repeat(self, request: Request, first: Response) -> None:
        second = self._client.send(request)
        self._journal.tally.add("orders repeated after their answer")
        is_same = (second.status, second.body) == (first.status, first.body)
        if not is_same or second.headers.get("idempotent-replayed") != "true":
            self._journal.unexpected_responses.append(
                f"the order with the key {request.key} was answered {first.body[:300]!r}, "
                f"and again {second.status} {second.body[:300]!r}"
            )

    def _quote(self) -> None:
        request = Request("POST", "orders/quote/", self._account, self._body(self._basket()))
        response = self._client.send(request)
        codes = {problem["code"] for problem in response.data.get("problems", ())}
        if response.status != 200 or not codes <= REFUSALS:
            self._client.report(request, response)

    def _body(self, quantities: dict[int, int]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "items": [{"product_id": pk, "quantity": pieces} for pk, pieces in quantities.items()]
        }
        if self._random.random() < DELIVERED_SHARE:
            method = self._random.choice(METHODS)
            body |= {"delivery": {"method": method}, "shipping_address": self._random.choice(ADDRESSES)}
            body["pickup_point"] = POINT if method == "pickup_point" else None
        if self._random.random() < PAID_SHARE:
            body["payment_method"] = self._random.choice(ONLINE)
        if self._random.random() < COUPON_SHARE:
            body["coupon"] = self._random.choice(CODES)
        return body

    def _browse(self) -> None:
        path = self._random.choice(["products/", "categories/", f"products/{self._product_ids[0]}/"])
        self._read(path)

    def _read_own(self) -> None:
        paths = ["orders/"]
        if self._own:
            order_id = self._random.choice(self._own)
            paths += [f"orders/{order_id}/", f"orders/{order_id}/jobs/", f"orders/{order_id}/invoice/"]
        self._read(self._random.choice(paths))

    def _read(self, path: str) -> None:
        request = Request("GET", path, self._account)
        response = self._client.send(request)
        if response.status not in READABLE:
            self._client.report(request, response)

    def _cancel(self) -> None:
        if self._own:
            order_id = self._random.choice(self._own)
            change_status(self._client, self._journal, self._account, order_id, "cancelled")

    def _pay(self) -> None:
        if self._payable:
            self._payer.pay(self._random.choice(self._payable))

    def _look_at_payments(self) -> None:
        if self._payable:
            self._payer.look(self._random.choice(self._payable))

    def _basket(self) -> dict[int, int]:
        count = self._random.randint(1, MAX_LINES)
        chosen = self._random.choices(self._product_ids, self._weights, k=count)
        return {product_id: self._random.randint(1, MAX_PIECES) for product_id in chosen}


def change_status(
    client: HttpClient, journal: Journal, account: Account, order_id: int, to_status: str
) -> None:
    """Ask for the transition until it is done or refused. Raises GivenUp."""
    transition = RequestedTransition(order_id, to_status, account.username)
    journal.transitions.append(transition)
    request = Request("PATCH", f"orders/{order_id}/", account, {"status": to_status})
    response = client.send(request)
    transition.lost = response.lost
    if response.status == 200:
        transition.outcome = "done"
        journal.knows(order_id, to_status)
    elif response.status in {403, 409}:
        transition.outcome = "refused"  # somebody else, or a lost attempt, was there before
        if from_status := response.data.get("from_status"):
            journal.knows(order_id, str(from_status))
    else:
        client.report(request, response)
