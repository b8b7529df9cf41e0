"""Staff ship a part of the orders and cancel a part, beside the buyers."""

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from scripts.replay.client import Account, Store, described, problem_of
from scripts.replay.exceptions import NoAnswer, Refused
from scripts.replay.orders import PlacedOrder
from scripts.replay.thread_pool import Progress

CLERKS = 2
SHIPPED_SHARE = 0.10
CANCELLED_SHARE = 0.05  # one half by the customers, one half by staff


class OrderProcessing:
    """Take orders as they are placed, and move some of them along."""

    def __init__(self, store: Store, seed: str) -> None:
        self._store = store
        self._seed = seed
        self._clerks = ThreadPoolExecutor(CLERKS)
        self._work: list[Future[None]] = []
        self._opened = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clerks.shutdown(cancel_futures=True)

    def take(self, order: PlacedOrder) -> None:
        """Have the order moved soon, if it is one of those to be moved."""
        if transitions := self._transitions_of(order):
            self._work.append(self._clerks.submit(self._process, order, transitions))

    def finish(self) -> None:
        """Return when every move is made. Raises StoreGone."""
        progress = Progress("ships and cancels", len(self._work), started=self._opened)
        for future in self._work:
            future.result()
            progress.step()
        progress.finish()

    def _transitions_of(self, order: PlacedOrder) -> list[tuple[str, Account]]:
        # From the basket, not from the order's id: the same baskets are moved in every run with one seed.
        chance = random.Random(f"{self._seed}/{order.basket.number}").random()
        if chance < SHIPPED_SHARE:
            shipped = [("processing", self._store.staff), ("shipped", self._store.staff)]
            return shipped[1:] if order.is_paid else shipped  # the store has moved what is paid
        if chance < SHIPPED_SHARE + CANCELLED_SHARE / 2 and not order.is_paid:
            return [("cancelled", order.customer)]
        if chance < SHIPPED_SHARE + CANCELLED_SHARE:
            return [("cancelled", self._store.staff)]
        return []

    def _process(self, order: PlacedOrder, transitions: list[tuple[str, Account]]) -> None:
        try:
            for status, account in transitions:
                self._change_status(order, status, account)
                order.status = status
        except Refused as refusal:
            self._store.faults.append(f"order {order.id} cannot become {status}: {refusal}")

    def _change_status(self, order: PlacedOrder, status: str, account: Account) -> None:
        is_repeated = False
        while True:
            try:
                response = self._store.send("PATCH", f"orders/{order.id}/", account, {"status": status})
            except NoAnswer as failure:
                self._store.wait_until_back(failure)
                is_repeated = True
                continue
            # When the lost attempt got through, the next one is refused: the order is already there.
            is_done = is_repeated and problem_of(response).get("from_status") == status
            if response.status_code == 200 or is_done:
                return
            raise Refused(described(response))
