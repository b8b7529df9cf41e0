"""The payment emulator of a chaos run, as customers and a witness see it: its pages and its books."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from scripts.chaos.ledger import cents

SECONDS = 10.0
FAULTS = (
    "duplicate",
    "shuffle",
    "drop",
    "slow",
    "lose",
    "forge",
    "wrong_amount",
    "no_cancel",
    "refuse_refund",
)
FAULT_SHARE = 0.15


@dataclass(frozen=True)
class ProviderPayment:
    """A payment in the provider's books; in cents."""

    id: str
    status: str
    captured: int
    refunded: int
    order_id: int
    uid: str


@dataclass(frozen=True)
class ProviderRefund:
    """A refund in the provider's books; in cents. Without a uid it was made in the provider's pages."""

    id: str
    payment: str
    status: str
    amount: int
    uid: str


class PaymentProvider:
    """The emulator by its address; while it is dead, calls raise OSError."""

    def __init__(self, url: str) -> None:
        self.url = url

    def answers(self) -> bool:
        """Tell whether it can be asked."""
        try:
            self._call("payments")
        except OSError:
            return False
        return True

    def act(self, payment_id: str, action: str, **body: str) -> None:
        """Do with the payment what a customer can, or the provider's people: pay, decline, expire, refund."""
        self._call(f"payments/{payment_id}/{action}", body)

    def set_faults(self, *faults: str, rate: float = FAULT_SHARE) -> None:
        """Let these faults happen from now on."""
        self._call("faults", {"faults": list(faults), "rate": rate})

    def payments(self) -> list[ProviderPayment]:
        """Return all payments."""
        return [
            ProviderPayment(
                row["id"],
                row["status"],
                cents(row["captured"]),
                cents(row["refunded"]),
                int(row["metadata"]["order_id"]),
                row["metadata"]["uid"],
            )
            for row in self._call("payments")["payments"]
        ]

    def refunds(self) -> list[ProviderRefund]:
        """Return all refunds."""
        return [
            ProviderRefund(
                row["id"],
                row["payment"],
                row["status"],
                cents(row["amount"]),
                (row.get("metadata") or {}).get("uid") or "",
            )
            for row in self._call("refunds")["refunds"]
        ]

    def _call(self, path: str, body: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            content: dict[str, Any] = json.loads(answer.read())
        return content
