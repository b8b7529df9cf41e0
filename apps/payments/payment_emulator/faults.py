"""What can go wrong with the emulated provider."""

import random
from collections.abc import Iterable

FAULTS = (
    "duplicate",  # a callback is sent ten times
    "shuffle",  # callbacks come late, in any order
    "drop",  # a callback is not sent
    "slow",  # a call is carried out, and answered late
    "lose",  # a call is carried out, and not answered
    "forge",  # a callback comes first that says "paid", and is signed with another secret
    "wrong_amount",  # the customer pays less than was asked for
    "dead",  # no call and no page is answered, and no callback sent
    "no_cancel",  # a payment cannot be cancelled
    "refuse_refund",  # a refund is refused
)
SLOW_SECONDS = 30.0


class Faults:
    """The faults that happen now, each at the given part of its occasions, from 0 to 1."""

    def __init__(self, names: Iterable[str] = (), rate: float = 1.0) -> None:
        self.set(names, rate)

    def set(self, names: Iterable[str], rate: float) -> None:
        """Have these faults happen, and no others.

        Raises ValueError for an unknown one, and for a rate that is none.
        """
        names = tuple(names)
        if not set(names) <= set(FAULTS) or not 0 <= rate <= 1:
            raise ValueError(f"Faults are {', '.join(FAULTS)}, with a rate from 0 to 1")
        self.names, self.rate = names, rate

    def happens(self, name: str) -> bool:
        """Tell whether the fault happens on this occasion."""
        return name in self.names and random.random() < self.rate
