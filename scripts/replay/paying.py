"""Customers pay a part of the orders, by a method whose provider lets itself be paid by a program."""

import random
import time
from urllib.parse import urlsplit

import requests

from scripts.replay.client import Store, described
from scripts.replay.exceptions import NoAnswer, Refused
from scripts.replay.orders import PlacedOrder

METHOD = "emulator"  # of the demo data
PAID_SHARE = 0.5  # of the orders by this method; the others stay unpaid
ASKS, ASK_PAUSE_SECONDS = 20, 0.5
SECONDS = 10


class Payments:
    """Pay orders as their customers do, and see that the store knows."""

    def __init__(self, store: Store, seed: str) -> None:
        self._store = store
        self._seed = seed

    def pay(self, order: PlacedOrder) -> None:
        """Pay the order if it is one of those that are paid. Raises Refused and NoAnswer."""
        chance = random.Random(f"{self._seed}/{order.basket.number}/payment").random()
        if order.payment_method != METHOD or chance > PAID_SHARE:
            return
        payment = self._begun(order)
        self._pay_there(payment["next_action"]["url"])
        path = f"orders/{order.id}/payments/{payment['id']}/refresh/"
        for _ask in range(ASKS):
            response = self._store.ask("POST", path, order.customer)
            if response.status_code != 200:
                raise Refused(described(response))
            if response.json()["status"] == "paid":
                order.is_paid, order.status = True, "processing"
                return
            time.sleep(ASK_PAUSE_SECONDS)
        raise Refused(f"order {order.id} is paid at the provider, and not in the store")

    def _begun(self, order: PlacedOrder) -> dict[str, dict[str, str]]:
        path = f"orders/{order.id}/payments/"
        for _ask in range(ASKS):
            response = self._store.ask("POST", path, order.customer, {"method": METHOD})
            if response.status_code in {200, 201}:
                payment: dict[str, dict[str, str]] = response.json()
                return payment
            if response.status_code != 202:
                break
            time.sleep(ASK_PAUSE_SECONDS)
        raise Refused(described(response))

    def _pay_there(self, page: str) -> None:
        """Press the button of the page."""
        address = urlsplit(page)
        number = address.path.rpartition("/")[2]
        try:
            url = f"{address.scheme}://{address.netloc}/payments/{number}/pay"
            requests.post(url, json={}, timeout=SECONDS).raise_for_status()
        except requests.RequestException as error:
            raise NoAnswer(f"the payment provider: {error}", pause_seconds=ASK_PAUSE_SECONDS) from error
