"""Registry of job handlers: for each kind its function, its retries, its circuit and the kinds it follows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise

HandlerFunction = Callable[..., None]
MAX_ATTEMPTS = 12
FAILURES_TO_PAUSE = 5
PAUSE_SECONDS = 30  # of a kind with a circuit
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
    circuit_label: str | Promise
    outages: tuple[type[Exception], ...]
    limit: int


@dataclass(frozen=True)
class Handler:
    """A function for one kind of job, and the rules of the kind. Staff call the kind by its `label`.

    After an exception of `retry_on`, or when the database is away, the job is tried again, after a pause that
    grows up to `longest_pause` seconds. It fails after `attempts` in all, or after as many as `attempts_on`
    gives for the exception. Any other exception makes it `failed` at once.

    Kinds that depend on the same thing, which may be away, name it as their `circuit`; staff call it by its
    `circuit_label`, which is that of the kind when only one depends on it. After FAILURES_TO_PAUSE
    failures in a row they pause, then one job is tried, and when that one succeeds all go on. With a `limit`
    no more than so many of their jobs run at the same time, on all workers together. `outages` are the
    failures that count; by default those of `retry_on`.

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
    circuit_label: str | Promise = ""
    outages: tuple[type[Exception], ...] | None = None
    limit: int | None = None
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


@dataclass
class Circuit:
    """Something that kinds of jobs depend on."""

    name: str
    limit: int | None
    kinds: list[str] = field(default_factory=list)


_handlers: dict[str, Handler] = {}


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


def label_of(name: str) -> str:
    """Return what staff call a kind of job, or what kinds depend on; its name when nobody has told."""
    if name in _handlers:
        return str(_handlers[name].label or name)
    labels = (handler.circuit_label for handler in _handlers.values() if handler.circuit == name)
    return str(next(labels, "") or name)


def circuits() -> dict[str, Circuit]:
    """Return what jobs depend on, by name."""
    found: dict[str, Circuit] = {}
    for kind, handler in _handlers.items():
        if handler.circuit or handler.limit is not None:
            name = handler.circuit or kind
            found.setdefault(name, Circuit(name, handler.limit)).kinds.append(kind)
    return found


def circuit_of(kind: str) -> Circuit | None:
    """Return what jobs of the kind depend on."""
    return next((circuit for circuit in circuits().values() if kind in circuit.kinds), None)


def followers() -> dict[str, tuple[str, ...]]:
    """Return the kinds that follow others, and which."""
    return {kind: handler.follows for kind, handler in _handlers.items() if handler.follows}
