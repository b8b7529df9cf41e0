"""Customers place their baskets; an order whose answer was lost is looked for before it is sent again."""

import time
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

import requests

from scripts.replay.catalogue import Shelves
from scripts.replay.checkout import Checkouts, Purchase
from scripts.replay.client import Store, described, problem_of
from scripts.replay.customers import Customer
from scripts.replay.exceptions import NoAnswer, Refused
from scripts.replay.files import Basket
from scripts.replay.orders import PlacedOrder
from scripts.replay.paying import Payments
from scripts.replay.staff import OrderProcessing
from scripts.replay.thread_pool import ThreadPool

LOOKS = 3  # for an order whose answer was lost
LOOK_PAUSE_SECONDS = 1.0


@dataclass
class Sales:
    """What the buyers were told."""

    orders: list[PlacedOrder] = field(default_factory=list)
    refused: list[Basket] = field(default_factory=list)
    post_seconds: list[float] = field(default_factory=list)  # of each answer
    seconds: float = 0.0  # from the first basket to the last


class Buyers:
    """Place each basket for whichever customer is free."""

    def __init__(
        self,
        store: Store,
        customers: list[Customer],
        shelves: Shelves,
        processing: OrderProcessing,
        checkouts: Checkouts,
        payments: Payments,
    ) -> None:
        self._payments = payments
        self._sales = Sales()
        self._store = store
        self._shelves = shelves
        self._processing = processing
        self._checkouts = checkouts
        # A customer buys one basket at a time: an unknown order of theirs is then the one just sent.
        self._free: SimpleQueue[Customer] = SimpleQueue()
        for customer in customers:
            self._free.put(customer)

    def buy_all(self, pool: ThreadPool, baskets: list[Basket]) -> Sales:
        """Have every basket accepted or refused, and hand the accepted ones to the staff."""
        began = time.monotonic()
        pool.run("baskets", self._buy, baskets)
        self._sales.seconds = time.monotonic() - began
        return self._sales

    def _buy(self, basket: Basket) -> None:
        customer = self._free.get()
        try:
            order = self._place(basket, customer)
        except Refused as refusal:
            self._store.faults.append(f"basket {basket.number}: {refusal}")
            return
        finally:
            self._free.put(customer)
        if order is None:
            self._sales.refused.append(basket)
            return
        self._sales.orders.append(order)
        try:
            self._payments.pay(order)
        except (Refused, NoAnswer) as failure:
            self._store.faults.append(f"order {order.id} cannot be paid: {failure}")
        self._processing.take(order)

    def _place(self, basket: Basket, customer: Customer) -> PlacedOrder | None:
        purchase = self._checkouts.purchase(basket, self._items(basket), customer)
        while True:
            try:
                response = self._store.send("POST", "orders/", customer, purchase.body)
            except NoAnswer as failure:
                self._store.tally.add("orders without an answer")
                self._store.wait_until_back(failure)
                order_id = self._find_unknown_order(customer)
                if order_id is not None:
                    return _remember(_placed(order_id, basket, customer, purchase, is_answered=False))
                continue
            if problem_of(response).get("code") != "coupon_invalid":  # the last use went to somebody else
                return self._outcome(response, basket, customer, purchase)
            purchase = self._checkouts.without_coupon(purchase, customer)

    def _items(self, basket: Basket) -> list[dict[str, Any]]:
        return [
            {"product_id": self._shelves[sku].id, "quantity": quantity}
            for sku, quantity in basket.quantities.items()
        ]

    def _outcome(
        self, response: requests.Response, basket: Basket, customer: Customer, purchase: Purchase
    ) -> PlacedOrder | None:
        self._sales.post_seconds.append(response.elapsed.total_seconds())
        if response.status_code == 201:
            order_id = response.json()["id"]
            return _remember(_placed(order_id, basket, customer, purchase, is_answered=True))
        if response.status_code == 400 and problem_of(response).get("code") == "insufficient_stock":
            return None
        raise Refused(described(response))

    def _find_unknown_order(self, customer: Customer) -> int | None:
        for look in range(LOOKS):
            if look:
                time.sleep(LOOK_PAUSE_SECONDS)  # the lost request may still be at work
            customer.looks += 1
            # A size not asked for of late: no page that was cached before the order may hide it.
            path = f"orders/?page_size={20 + customer.looks % 80}"
            for row in self._store.read(path, customer)["results"]:
                if row["id"] not in customer.order_ids:
                    return int(row["id"])
        return None


def _placed(
    order_id: int, basket: Basket, customer: Customer, purchase: Purchase, *, is_answered: bool
) -> PlacedOrder:
    method = purchase.body.get("payment_method", "")
    return PlacedOrder(order_id, basket, customer, is_answered, purchase.quote, method)


def _remember(order: PlacedOrder) -> PlacedOrder:
    order.customer.order_ids.add(order.id)
    return order
