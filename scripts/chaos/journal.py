"""The journal of a chaos run: what the clients asked for and what they were told."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from scripts.replay.client import Account, Tally

PATIENCE_SECONDS = 300.0  # after closing time, for the answers that are still owed
REASON = "chaos "  # begins the reason of every stock movement


class Day:
    """When clients begin nothing new any more, and when they no longer wait for an answer."""

    def __init__(self, seconds: float) -> None:
        self.closes_at = time.monotonic() + seconds
        self._gives_up_at = self.closes_at + PATIENCE_SECONDS

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.closes_at

    @property
    def is_given_up(self) -> bool:
        return time.monotonic() > self._gives_up_at

    def call_off(self) -> None:
        """Send everybody home at once."""
        self.closes_at = self._gives_up_at = 0.0


@dataclass(eq=False)
class RequestedOrder:
    """An order that a customer wants, under the key that each attempt carries."""

    key: str
    customer: Account
    quantities: dict[int, int]  # by product id
    outcome: str = "unanswered"  # accepted, refused
    reason: str = ""  # the code of the refusal
    order_id: int = 0  # of an accepted one
    lost: int = 0  # attempts that may or may not have been carried out
    began_at: float = 0.0  # of time.time()
    sent_at: float = 0.0  # the attempt that was answered
    answered_at: float = 0.0


@dataclass(eq=False)
class RequestedTransition:
    """A change of status that somebody wants."""

    order_id: int
    to_status: str
    username: str
    outcome: str = "unanswered"  # done, refused
    lost: int = 0


@dataclass(eq=False)
class Restock:
    """A stock movement that staff want; the reason holds its key."""

    key: str
    product_id: int
    delta: int
    outcome: str = "unanswered"  # done, refused
    lost: int = 0

    @property
    def reason(self) -> str:
        return f"{REASON}{self.key}"


@dataclass
class Journal:
    """Everything that was asked for. Lists only grow, so threads may read them while others write."""

    orders: list[RequestedOrder] = field(default_factory=list)
    transitions: list[RequestedTransition] = field(default_factory=list)
    restocks: list[Restock] = field(default_factory=list)
    unexpected_responses: list[str] = field(default_factory=list)  # in words
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: dict[int, str] = {}  # as far as the clients know, by order id

    def knows(self, order_id: int, status: str) -> None:
        """Remember how an order stands."""
        with self._lock:
            self._statuses[order_id] = status

    def pick(self, random: Random, statuses: Sequence[str]) -> tuple[int, str] | None:
        """Return some order that was last seen in one of the statuses, and which."""
        with self._lock:
            known = [(order_id, status) for order_id, status in self._statuses.items() if status in statuses]
        return random.choice(known) if known else None
