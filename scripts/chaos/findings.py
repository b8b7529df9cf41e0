"""All that is known when the store has settled: what clients were told, and what is there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.chaos.faults import Incident
from scripts.chaos.journal import Journal
from scripts.chaos.snapshot import Snapshot

Problems = Iterator[str]


@dataclass(frozen=True)
class Findings:
    """What the checks look at."""

    journal: Journal
    snapshot: Snapshot
    start: dict[int, int]  # stock by product
    incidents: list[Incident]
    ended_by_themselves: list[str]
    given_up: list[str]  # requests that were never answered
    stock_differences: list[str]  # lines of verify_stock
    order_differences: list[str]  # lines of verify_orders
    payment_differences: list[str]  # lines of verify_payments
    deadlocks: list[str]  # lines of PostgreSQL's log
    settling_seconds: float

    @property
    def kills(self) -> int:
        return sum(incident.fault.is_kill for incident in self.incidents) + len(self.ended_by_themselves)

    @property
    def surplus_copies(self) -> int:
        """Count the second copies of e-mails that no lost answer of the mail server explains."""
        copies = Counter(mail.message_id for mail in self.snapshot.mails)
        untold = Counter(mail.message_id for mail in self.snapshot.mails if not mail.is_told)
        return sum(max(0, count - 1 - untold[message_id]) for message_id, count in copies.items())
