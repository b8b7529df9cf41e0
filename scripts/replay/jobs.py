"""Wait until the work that follows the orders has ended."""

import time
from collections import Counter, deque

from scripts.replay.client import Store
from scripts.replay.exceptions import Refused
from scripts.replay.orders import ListedOrder
from scripts.replay.thread_pool import Progress, ThreadPool

UNFINISHED = frozenset({"pending", "running"})
ROUND = 50  # orders asked about at a time
PAUSE_SECONDS = 1.0  # asking must not keep the store from its work


def wait_for_jobs(
    store: Store, pool: ThreadPool, orders: list[ListedOrder], *, timeout_seconds: float
) -> None:
    """Fill in the jobs of every order; return when all have ended, or when for that long no order's have."""
    progress = Progress("orders with jobs ended", len(orders))
    waiting = deque(orders)
    last_ended = time.monotonic()
    while waiting and time.monotonic() - last_ended < timeout_seconds:
        asked = [waiting.popleft() for _ in range(min(ROUND, len(waiting)))]
        still_at_work = list(filter(None, pool.each(lambda order: _still_at_work(store, order), asked)))
        # To the end of the line, so that a few stuck ones do not hide that others end.
        waiting.extend(still_at_work)
        ended = len(asked) - len(still_at_work)
        progress.step(ended)
        if ended:
            last_ended = time.monotonic()
        if ended < len(asked) / 2:
            time.sleep(PAUSE_SECONDS)
    progress.finish()


def _still_at_work(store: Store, order: ListedOrder) -> ListedOrder | None:
    try:
        jobs = store.read(f"orders/{order.id}/jobs/", order.customer)
    except Refused as refusal:
        store.faults.append(str(refusal))
        return None
    order.jobs = Counter((job["kind"], job["status"]) for job in jobs)
    is_at_work = any(status in UNFINISHED for _, status in order.jobs)
    return order if is_at_work else None
