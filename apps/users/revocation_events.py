"""Revocation events: what happens to an account and ends credentials of it, by one registry (ADR 19).

Each kind is registered in `revocation.py` by the function that ends all of an account. `store_account`
alone calls these, so that no way to a new password or to a deactivation passes them by.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

SessionId = uuid.UUID | str
EnderT = TypeVar("EnderT", bound=Callable[[Any, "Ending"], object])


class Event(Enum):
    """What happens to an account, and may end credentials of it."""

    PASSWORD_CHANGED = auto()
    PASSWORD_RESET = auto()
    LOGGED_OUT_EVERYWHERE = auto()
    DEACTIVATED = auto()
    ERASED = auto()
    EMAIL_CHANGED = auto()


ANY_EVENT = frozenset(Event)
# By these an owner, or staff, takes an account back from whoever else is in it.
RECOVERY_EVENTS = ANY_EVENT - {Event.EMAIL_CHANGED}


@dataclass(frozen=True)
class Ending:
    """Credentials end by this event, but for one API session."""

    event: Event
    kept_session_id: SessionId | None = None


@dataclass(frozen=True)
class CredentialKind:
    """A kind of credential: which events end it, and how."""

    name: str
    ended_by: frozenset[Event]
    end: Callable[[Any, Ending], object]


_kinds: dict[str, CredentialKind] = {}


def ends(name: str, *, on: frozenset[Event]) -> Callable[[EnderT], EnderT]:
    """Register the decorated function to end the user's credentials of this kind, on these events.

    It is called in the transaction of the event, with the user's row locked, and before that is written: it
    may set `ENDED_FIELDS` (`account_changes.py`) of the user.
    """

    def register(end: EnderT) -> EnderT:
        _kinds[name] = CredentialKind(name, on, end)
        return end

    return register


def all_kinds() -> tuple[CredentialKind, ...]:
    """Return the kinds of credentials that an account can have."""
    return tuple(_kinds.values())


def end_credentials(user: Any, endings: Iterable[Ending]) -> None:
    """End the user's credentials that these events end. The caller has locked the user, and saves it.

    Raises RuntimeError while no kind is registered: whoever has not loaded them must leave none behind.
    """
    if not _kinds:
        raise RuntimeError("No kind of credentials is registered: is Django set up?")
    for ending in endings:
        for kind in all_kinds():
            if ending.event in kind.ended_by:
                kind.end(user, ending)
