"""What lets somebody into an account beside its password, and what ends it: one list.

Each kind is registered where it lives, by the function that ends all of an account. `User.save()` alone calls
these, so that no way to a new password or to a deactivation passes them by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

EnderT = TypeVar("EnderT", bound=Callable[[Any, "Event"], object])


class Event(Enum):
    """What happens to an account, and may end credentials of it."""

    PASSWORD_CHANGED = auto()
    PASSWORD_RESET = auto()
    LOGGED_OUT_EVERYWHERE = auto()
    DEACTIVATED = auto()
    ERASED = auto()
    ADDRESS_CHANGED = auto()


ANY_EVENT = frozenset(Event)
# By these an owner, or staff, takes an account back from whoever else is in it.
TAKEN_BACK = ANY_EVENT - {Event.ADDRESS_CHANGED}


@dataclass(frozen=True)
class Kind:
    """A kind of credential: which events end it, and how."""

    name: str
    ended_by: frozenset[Event]
    end: Callable[[Any, Event], object]


_kinds: dict[str, Kind] = {}


def ends(name: str, *, on: frozenset[Event]) -> Callable[[EnderT], EnderT]:
    """Register the decorated function to end the user's credentials of this kind, on these events.

    It is called in the transaction of the event, with the user's row locked, and before that is written: it
    may set `ENDED_FIELDS` of the user.
    """

    def register(end: EnderT) -> EnderT:
        _kinds[name] = Kind(name, on, end)
        return end

    return register


def all_kinds() -> tuple[Kind, ...]:
    """Return the kinds of credentials that an account can have."""
    return tuple(_kinds.values())


def end_credentials(user: Any, event: Event) -> None:
    """End what the event ends of the user's credentials. The caller has locked the user, and saves it."""
    for kind in all_kinds():
        if event in kind.ended_by:
            kind.end(user, event)
