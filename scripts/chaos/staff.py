"""Staff who change statuses, cancel some orders, adjust stock, and run again what the carrier refused."""

import uuid
from collections.abc import Iterable
from random import Random

from scripts.chaos.buyers import change_status
from scripts.chaos.http_client import HttpClient, Request
from scripts.chaos.journal import Day, Journal, Restock
from scripts.replay.client import Account

CANCELLED_SHARE = 0.15
RESTOCK_SHARE = 0.25
RERUN_SHARE = 0.05
REFUND_SHARE = 0.1
REFUSED = "CarrierRefused"  # in the error of a shipment that only people can fix
DELTAS = (-10, 60)  # pieces
ALONG = {"pending": "processing", "processing": "shipped", "shipped": "delivered"}
CANCELLABLE = frozenset({"pending", "processing"})


class Clerk:
    """A member of staff who uses the API."""

    def __init__(
        self, account: Account, client: HttpClient, journal: Journal, product_ids: list[int], random: Random
    ) -> None:
        self._account = account
        self._client = client
        self._journal = journal
        self._product_ids = product_ids
        self._random = random

    def run(self, day: Day) -> None:
        """Do one thing after the other until the day is over. Raises GivenUp."""
        while day.is_open:
            if self._random.random() < RERUN_SHARE:
                self.run_refused_again()
            if self._random.random() < REFUND_SHARE:
                self._refund()
            known = self._journal.pick(self._random, list(ALONG))
            if known is None or self._random.random() < RESTOCK_SHARE:
                self._restock()
            else:
                self._change_status(*known)

    def run_refused_again(self) -> int:
        """Let the shipments that the carrier refused begin anew; return how many. Raises GivenUp."""
        listing = Request("GET", "admin/jobs/?status=failed&kind=shipment&page_size=100", self._account)
        response = self._client.send(listing)
        if response.status != 200:
            self._client.report(listing, response)
        refused = [job["id"] for job in response.data.get("results", ()) if REFUSED in job["last_error"]]
        for job_id in refused:
            request = Request("POST", f"admin/jobs/{job_id}/retry/", self._account)
            response = self._client.send(request)
            self._journal.tally.add("refused shipments run again")
            if response.status not in {200, 409}:  # 409: a lost attempt, or a colleague, was there before
                self._client.report(request, response)
        return len(refused)

    def _change_status(self, order_id: int, status: str) -> None:
        is_cancelled = status in CANCELLABLE and self._random.random() < CANCELLED_SHARE
        to_status = "cancelled" if is_cancelled else ALONG[status]
        change_status(self._client, self._journal, self._account, order_id, to_status)

    def ask_about(self, order_ids: Iterable[int]) -> None:
        """Have the provider asked about every payment of the orders, as staff do whose books differ."""
        for order_id in order_ids:
            listing = Request("GET", f"orders/{order_id}/payments/", self._account)
            for payment in self._client.send(listing).rows:
                path = f"orders/{order_id}/payments/{payment['id']}/refresh/"
                self._client.send(Request("POST", path, self._account))
                self._journal.tally.add("payments that staff asked about")

    def _refund(self) -> None:
        """Give a little of some order's money back, if it has been paid."""
        known = self._journal.pick(self._random, ["processing", "shipped", "delivered"])
        if known is None:
            return
        body = {"amount": f"{self._random.randint(1, 500) / 100:.2f}", "reason": "goodwill"}
        key = str(uuid.UUID(int=self._random.getrandbits(128)))
        request = Request("POST", f"admin/orders/{known[0]}/refunds/", self._account, body, key)
        response = self._client.send(request)
        self._journal.tally.add(f"refunds by staff: {response.data.get('code') or response.status}")
        if response.status != 202 and response.data.get("code") != "refund_exceeds_paid":
            self._client.report(request, response)

    def _restock(self) -> None:
        key = str(uuid.UUID(int=self._random.getrandbits(128)))
        restock = Restock(key, self._random.choice(self._product_ids), self._random.randint(*DELTAS) or 1)
        self._journal.restocks.append(restock)
        path = f"admin/products/{restock.product_id}/stock-movements/"
        body = {"delta": restock.delta, "reason": restock.reason}
        request = Request("POST", path, self._account, body, key)
        response = self._client.send(request)
        restock.lost = response.lost
        if response.status == 201:
            restock.outcome = "done"
        elif response.status == 409:
            restock.outcome = "refused"  # there is less than is to be taken
        else:
            self._client.report(request, response)
