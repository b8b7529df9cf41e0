"""Customers who look around, order under keys of their own, read their orders and cancel some."""

import time
import uuid
from random import Random

from scripts.chaos.http_client import Answer, HttpClient, Request
from scripts.chaos.journal import Day, Journal, Move, Wish
from scripts.replay.client import Account

MAX_LINES = 5
MAX_PIECES = 3
REPEATED_SHARE = 0.15  # of the answered orders: sent once more, to get the same answer
READABLE = frozenset({200, 202, 304})


class Buyer:
    """A customer with a phone."""

    def __init__(
        self, account: Account, client: HttpClient, journal: Journal, product_ids: list[int], random: Random
    ) -> None:
        self._account = account
        self._client = client
        self._journal = journal
        self._product_ids = product_ids
        # The first products are wanted by everybody: there buyers meet.
        self._weights = [1 / place for place in range(1, len(product_ids) + 1)]
        self._random = random
        self._own: list[int] = []

    def spend(self, day: Day) -> None:
        """Do one thing after the other until the day is over. Raises GivenUp."""
        actions = (self._order, self._browse, self._read_own, self._cancel)
        while day.is_open:
            self._random.choices(actions, weights=(60, 15, 15, 10))[0]()

    def _order(self) -> None:
        wish = Wish(str(uuid.UUID(int=self._random.getrandbits(128))), self._account, self._basket())
        self._journal.wishes.append(wish)
        items = [{"product_id": pk, "quantity": pieces} for pk, pieces in wish.quantities.items()]
        request = Request("POST", "orders/", self._account, {"items": items}, wish.key)
        wish.began_at = time.time()
        answer = self._client.ask(request)
        wish.answered_at, wish.sent_at, wish.lost = time.time(), answer.sent_at, answer.lost
        if answer.status == 201:
            self._accept(wish, answer)
            if self._random.random() < REPEATED_SHARE:
                self._repeat(request, answer)
        elif answer.status == 400 and answer.data.get("code") == "insufficient_stock":
            wish.outcome = "refused"
        else:
            self._client.complain(request, answer)

    def _accept(self, wish: Wish, answer: Answer) -> None:
        wish.outcome, wish.order_id = "accepted", int(answer.data["id"])
        self._own.append(wish.order_id)
        self._journal.knows(wish.order_id, "pending")

    def _repeat(self, request: Request, first: Answer) -> None:
        second = self._client.ask(request)
        self._journal.tally.add("orders repeated after their answer")
        is_same = (second.status, second.body) == (first.status, first.body)
        if not is_same or second.headers.get("idempotent-replayed") != "true":
            self._journal.faults.append(
                f"the order with the key {request.key} was answered {first.body[:300]!r}, "
                f"and again {second.status} {second.body[:300]!r}"
            )

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
        answer = self._client.ask(request)
        if answer.status not in READABLE:
            self._client.complain(request, answer)

    def _cancel(self) -> None:
        if self._own:
            order_id = self._random.choice(self._own)
            move_order(self._client, self._journal, self._account, order_id, "cancelled")

    def _basket(self) -> dict[int, int]:
        count = self._random.randint(1, MAX_LINES)
        chosen = self._random.choices(self._product_ids, self._weights, k=count)
        return {product_id: self._random.randint(1, MAX_PIECES) for product_id in chosen}


def move_order(client: HttpClient, journal: Journal, account: Account, order_id: int, to_status: str) -> None:
    """Ask for the move until it is done or refused. Raises GivenUp."""
    move = Move(order_id, to_status, account.username)
    journal.moves.append(move)
    request = Request("PATCH", f"orders/{order_id}/", account, {"status": to_status})
    answer = client.ask(request)
    move.lost = answer.lost
    if answer.status == 200:
        move.outcome = "done"
        journal.knows(order_id, to_status)
    elif answer.status in {403, 409}:
        move.outcome = "refused"  # somebody else, or a lost attempt, was there before
        if from_status := answer.data.get("from_status"):
            journal.knows(order_id, str(from_status))
    else:
        client.complain(request, answer)
