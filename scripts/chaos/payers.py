"""Customers who pay: at once, late, twice, in two tabs, or not at all."""

import uuid
from contextlib import suppress
from http.client import HTTPException
from random import Random

from scripts.chaos.http_client import HttpClient, Request
from scripts.chaos.journal import Journal
from scripts.chaos.payment_provider import PaymentProvider
from scripts.replay.client import Account

ONLINE = ("emulator", "emulator-2")  # payment methods, of which a customer may try both
PAID_SHARE = 0.5  # of the orders: paid online
# What a customer may be told who pays what somebody else has paid, cancelled, or let expire.
REFUSALS = frozenset({"order_not_payable", "nothing_due", "payment_refused"})
TAKEN = frozenset({200, 201, 202})


class Payer:
    """A customer who pays orders of their own through the API and the provider's pages."""

    def __init__(
        self,
        account: Account,
        client: HttpClient,
        journal: Journal,
        provider: PaymentProvider,
        random: Random,
    ) -> None:
        self._account = account
        self._client = client
        self._journal = journal
        self._provider = provider
        self._random = random
        self._links: list[str] = []  # payments at the provider that the customer has been led to

    def pay(self, order_id: int) -> None:
        """Begin a payment of the order, and mostly pay it; now and then once more, or by another method."""
        for _tab in range(2 if self._random.random() < 0.25 else 1):
            if payment := self._begun(order_id):
                self._links.append(payment)
                if self._random.random() < 0.8:
                    self._visit(payment)

    def visit_late(self) -> None:
        """Go back to a payment that was begun some time ago."""
        if self._links:
            self._visit(self._random.choice(self._links))

    def look(self, order_id: int) -> None:
        """Look at the payments of the order, and have the provider asked about one, or give it up."""
        request = Request("GET", f"orders/{order_id}/payments/", self._account)
        response = self._client.send(request)
        if response.status != 200:
            self._client.report(request, response)
            return
        payments = response.rows
        if not payments:
            return
        action = self._random.choice(["refresh", "refresh", "cancel"])
        address = f"orders/{order_id}/payments/{self._random.choice(payments)['id']}/{action}/"
        request = Request("POST", address, self._account)
        response = self._client.send(request)
        if response.status != 200 and response.data.get("code") != "payment_state":
            self._client.report(request, response)

    def _begun(self, order_id: int) -> str:
        """Begin a payment and return its number at the provider; empty when the customer is not led there."""
        key = str(uuid.UUID(int=self._random.getrandbits(128)))
        request = Request(
            "POST",
            f"orders/{order_id}/payments/",
            self._account,
            {"method": self._random.choice(ONLINE)},
            key if self._random.random() < 0.7 else "",
            may_be_away=True,
        )
        response = self._client.send(request)
        code = response.data.get("code")
        self._journal.tally.add(f"payments begun: {code or response.status}")
        if response.status == 503 or (response.status == 409 and code in REFUSALS):
            return ""
        if response.status not in TAKEN:
            self._client.report(request, response)
            return ""
        action = response.data.get("next_action") or {}
        return (action.get("url") or "").rpartition("/")[2]

    def _visit(self, payment: str) -> None:
        """Pay or decline at the provider, once or twice; while it is dead nothing happens."""
        action = self._random.choices(["pay", "decline", "expire"], weights=(85, 10, 5))[0]
        for _click in range(2 if self._random.random() < 0.1 else 1):
            with suppress(OSError, HTTPException):
                self._provider.act(payment, action)
                self._journal.tally.add(f"payments at the provider: {action}")
