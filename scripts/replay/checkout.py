"""Checkouts of the baskets: a part is delivered, a part has a coupon, and both ask for a quote before."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.replay.client import Store, described
from scripts.replay.customers import Customer
from scripts.replay.exceptions import Refused
from scripts.replay.files import Basket
from scripts.replay.paying import METHOD

DELIVERED_SHARE = 0.4
COUPON_SHARE = 0.3
ONLINE_SHARE = 0.4  # are to be paid online, half of which are
POINT_SHARE = 0.3  # of those that are delivered
PLACES = (("Москва", "101000"), ("Казань", "420111"), ("Екатеринбург", "620014"))

Body = dict[str, Any]


@dataclass(frozen=True)
class Purchase:
    """The body of an order, and what the store quoted for it."""

    body: Body
    quote: Body | None


class Checkouts:
    """Turn baskets into bodies of orders, always the same ones with one seed."""

    def __init__(self, store: Store, seed: str, coupons: Mapping[str, int | None]) -> None:
        self._store = store
        self._seed = seed
        self._codes = list(coupons)
        self._points = [
            {"provider": row["provider"], "code": row["code"]} for row in store.pages("pickup-points/")
        ]
        methods = {row["code"] for row in store.pages("payment-methods/")}
        self._can_pay = METHOD in methods

    def purchase(self, basket: Basket, items: list[Body], customer: Customer) -> Purchase:
        """Return what the customer sends, quoted where more than products is wanted. Raises Refused."""
        chance = random.Random(f"{self._seed}/{basket.number}/checkout")
        body: Body = {"items": items}
        if chance.random() < DELIVERED_SHARE:
            body |= self._delivery(chance, body, customer)
        if self._can_pay and chance.random() < ONLINE_SHARE:
            body["payment_method"] = METHOD
        if self._codes and chance.random() < COUPON_SHARE:
            body["coupon"] = chance.choice(self._codes)
        return Purchase(body, None) if len(body) == 1 else self._quoted(body, customer)

    def without_coupon(self, purchase: Purchase, customer: Customer) -> Purchase:
        """Return the purchase of somebody whose coupon is refused. Raises Refused."""
        self._store.tally.add("coupons refused")
        body = {name: value for name, value in purchase.body.items() if name != "coupon"}
        return self._quoted(body, customer)

    def _delivery(self, chance: random.Random, body: Body, customer: Customer) -> Body:
        """Return the members of an order that comes by one of the available methods, whichever there are."""
        wanted: Body = {"shipping_address": _address(*chance.choice(PLACES))}
        if self._points and chance.random() < POINT_SHARE:
            wanted["pickup_point"] = chance.choice(self._points)
        options = self._quote(body | wanted, customer)["delivery_options"]
        methods = [option["method"] for option in options if option["available"]]
        return wanted | {"delivery": {"method": chance.choice(methods)}} if methods else {}

    def _quoted(self, body: Body, customer: Customer) -> Purchase:
        quote = self._quote(body, customer)
        purchase = Purchase({**body, "expected_total": quote["total_price"]}, quote)
        if "coupon" in body and any(problem["code"] == "coupon_invalid" for problem in quote["problems"]):
            return self.without_coupon(purchase, customer)
        return purchase

    def _quote(self, body: Body, customer: Customer) -> Body:
        response = self._store.ask("POST", "orders/quote/", customer, body)
        if response.status_code != 200:
            raise Refused(described(response))
        quote: Body = response.json()
        return quote


def _address(city: str, postal_code: str) -> Body:
    return {
        "name": "Анна Смирнова",
        "phone": "+7 912 345-67-89",
        "country": "RU",
        "city": city,
        "postal_code": postal_code,
        "line1": "Садовая, 1",
    }
