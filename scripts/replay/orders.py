"""Orders as the replay knows them, and as the store lists them."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from scripts.replay.client import Store
from scripts.replay.customers import Customer
from scripts.replay.files import Basket
from scripts.replay.thread_pool import ThreadPool


@dataclass(eq=False)
class PlacedOrder:
    """An accepted basket."""

    id: int
    basket: Basket
    customer: Customer
    is_answered: bool
    quote: dict[str, Any] | None = None  # of those who asked for one
    payment_method: str = ""
    is_paid: bool = False
    status: str = "pending"  # as far as it was moved


@dataclass(eq=False)
class ListedOrder:
    """An order that the store has of one of our customers, whether we know of it or not."""

    id: int
    customer: Customer
    placed: PlacedOrder | None
    jobs: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and status


def list_orders(
    store: Store, pool: ThreadPool, customers: list[Customer], placed: list[PlacedOrder]
) -> list[ListedOrder]:
    """Return every order of the customers: the store's own list is the truth."""
    by_id = {order.id: order for order in placed}

    def of_customer(customer: Customer) -> list[ListedOrder]:
        rows = store.pages(f"admin/orders/?user={customer.id}", store.staff)
        return [ListedOrder(row["id"], customer, by_id.get(row["id"])) for row in rows]

    return list(chain.from_iterable(pool.run("customers' orders", of_customer, customers)))
