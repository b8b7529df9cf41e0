"""Staff who move orders along, cancel some, and bring and take stock."""

import uuid
from random import Random

from scripts.chaos.buyers import move_order
from scripts.chaos.journal import Day, Journal, Restock
from scripts.chaos.phone import Phone, Request
from scripts.replay.client import Account

CANCELLED_SHARE = 0.15
RESTOCK_SHARE = 0.25
DELTAS = (-10, 60)  # pieces
ALONG = {"pending": "processing", "processing": "shipped", "shipped": "delivered"}
CANCELLABLE = frozenset({"pending", "processing"})


class Clerk:
    """A member of staff with a phone."""

    def __init__(
        self, account: Account, phone: Phone, journal: Journal, product_ids: list[int], random: Random
    ) -> None:
        self._account = account
        self._phone = phone
        self._journal = journal
        self._product_ids = product_ids
        self._random = random

    def spend(self, day: Day) -> None:
        """Do one thing after the other until the day is over. Raises GivenUp."""
        while day.is_open:
            known = self._journal.pick(self._random, list(ALONG))
            if known is None or self._random.random() < RESTOCK_SHARE:
                self._restock()
            else:
                self._move(*known)

    def _move(self, order_id: int, status: str) -> None:
        is_cancelled = status in CANCELLABLE and self._random.random() < CANCELLED_SHARE
        to_status = "cancelled" if is_cancelled else ALONG[status]
        move_order(self._phone, self._journal, self._account, order_id, to_status)

    def _restock(self) -> None:
        key = str(uuid.UUID(int=self._random.getrandbits(128)))
        restock = Restock(key, self._random.choice(self._product_ids), self._random.randint(*DELTAS) or 1)
        self._journal.restocks.append(restock)
        path = f"admin/products/{restock.product_id}/stock-movements/"
        body = {"delta": restock.delta, "reason": restock.reason}
        request = Request("POST", path, self._account, body, key)
        answer = self._phone.ask(request)
        restock.lost = answer.lost
        if answer.status == 201:
            restock.outcome = "done"
        elif answer.status == 409:
            restock.outcome = "refused"  # there is less than is to be taken
        else:
            self._phone.complain(request, answer)
