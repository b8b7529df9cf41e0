"""Registry of job handlers: for each kind its function, its retries, its circuit and the kinds it follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise

HandlerFunction = Callable[..., None]
MAX_ATTEMPTS = 12
ALWAYS_RETRIED = (OperationalError, InterfaceError, SoftTimeLimitExceeded)

# Seconds before the second attempt, the third, …; the last one repeats. Twelve attempts last about five
# hours.
PAUSES = (2, 5, 15, 60, 300, 900, 1800, 3600)


class Options(TypedDict, total=False):
    """What `handler` can be told of a kind; see Handler."""

    retry_on: tuple[type[Exception], ...]
    attempts: int
    attempts_on: Mapping[type[Exception], int]
    longest_pause: int
    circuit: str
    outages: tuple[type[Exception], ...]


@dataclass(frozen=True)
class Handler:
    """A function for one kind of job, and the rules of the kind. Staff call the kind by its `label`.

    After an exception of `retry_on`, or when the database is away, the job is tried again, after a pause that
    grows up to `longest_pause` seconds. It fails after `attempts` in all, or after as many as `attempts_on`
    gives for the exception. Any other exception makes it `failed` at once.

    Jobs that depend on the same thing, which may be away, share a `circuit` (`circuits.py`): they pause when
    it fails too often. `outages` are the failures that count; by default those of `retry_on`. A job may name
    another circuit than its kind (`JobSpec.circuit`), such as that of its provider.

    A job waits until each job of a kind in `follows` that was ordered before it, for the same subject, is
    done or has failed for good. Such a kind speaks of what happened in order, or needs the others' results.
    """

    run: HandlerFunction
    label: str | Promise = ""
    retry_on: tuple[type[Exception], ...] = ()
    attempts: int = MAX_ATTEMPTS
    attempts_on: Mapping[type[Exception], int] = field(default_factory=dict)
    longest_pause: int = PAUSES[-1]
    circuit: str = ""
    outages: tuple[type[Exception], ...] | None = None
    follows: tuple[str, ...] = ()

    def attempts_for(self, error: Exception) -> int:
        """Return how many attempts are made of a job that meets the error."""
        fewer = [count for kind, count in self.attempts_on.items() if isinstance(error, kind)]
        return min(fewer, default=self.attempts)

    def pause_after(self, attempts: int) -> int:
        """Return the seconds to wait after so many attempts."""
        return min(PAUSES[min(attempts, len(PAUSES)) - 1], self.longest_pause)

    def is_outage(self, error: Exception) -> bool:
        """Tell whether the error means that what the kind depends on is away, and not just this job."""
        return isinstance(error, self.retry_on if self.outages is None else self.outages)


_handlers: dict[str, Handler] = {}
_enqueued: set[str] = set()


def handler(
    kind: str, *, label: str | Promise = "", follows: tuple[str, ...] = (), **options: Unpack[Options]
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Register the decorated function for a kind of job; it gets the job and the job's arguments by name.

    It may run twice, late, or after the row it speaks of is gone.
    """

    def register(run: HandlerFunction) -> HandlerFunction:
        _handlers[kind] = Handler(run, label, follows=follows, **options)
        return run

    return register


def handler_of(kind: str) -> Handler:
    """Return the handler of a kind of job.

    Raises LookupError when there is none, as for a job of a newer release.
    """
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"No handler for jobs of the kind {kind}") from None


def kinds() -> list[str]:
    """Return the kinds that this release knows, by name."""
    return sorted(_handlers)


def enqueues(*kinds: str) -> None:
    """Declare kinds that the calling app enqueues by name, for a higher app to handle.

    One without a handler fails at start-up (`checks.py`).
    """
    _enqueued.update(kinds)


def enqueued_kinds() -> list[str]:
    """Return the kinds that are enqueued for a higher app, by name."""
    return sorted(_enqueued)


def label_of(kind: str) -> str:
    """Return what staff call a kind of job; its name when nobody has told."""
    return str((kind in _handlers and _handlers[kind].label) or kind)


def default_circuit_of(kind: str) -> str:
    """Return the circuit of the kind's jobs, unless they name another; empty when there is none."""
    return _handlers[kind].circuit if kind in _handlers else ""


def kinds_by_circuit(circuit: str) -> tuple[str, ...]:
    """Return the kinds whose jobs depend on the circuit, unless they name another."""
    return tuple(kind for kind, handler in _handlers.items() if handler.circuit == circuit)


def followers() -> dict[str, tuple[str, ...]]:
    """Return the kinds that follow others, and which."""
    return {kind: handler.follows for kind, handler in _handlers.items() if handler.follows}
