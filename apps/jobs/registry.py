"""Which function does which kind of job, how often it is tried, and what can heal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

HandlerFunction = Callable[..., None]
MAX_ATTEMPTS = 12
FAILURES_TO_PAUSE = 5
PAUSE_SECONDS = 30  # of a guarded kind
ALWAYS_RETRIED = (OperationalError, InterfaceError, SoftTimeLimitExceeded)

# Seconds before the second attempt, the third, …; the last one repeats. Twelve attempts last about five
# hours.
PAUSES = (2, 5, 15, 60, 300, 900, 1800, 3600)


class Options(TypedDict, total=False):
    """What `handler` can be told of a kind; see Handler."""

    retry_on: tuple[type[Exception], ...]
    attempts: int
    limit: int
    follows: tuple[str, ...]


@dataclass(frozen=True)
class Handler:
    """A function for one kind of job, and the rules of the kind.

    An exception of `retry_on`, or a database that is away, is tried again after a growing pause, up to
    `attempts` times; any other makes the job `failed` at once.

    A kind with a `limit` is guarded: no more than so many of its jobs run at the same time, on all workers
    together. After FAILURES_TO_PAUSE failures in a row it pauses, then one job is tried, and when that one
    succeeds all go on.

    A job waits until each job of a kind in `follows` that was ordered before it, for the same subject, is
    done or has failed for good. Such a kind speaks of what happened in order, or needs the others' results.
    """

    run: HandlerFunction
    retry_on: tuple[type[Exception], ...] = ()
    attempts: int = MAX_ATTEMPTS
    limit: int | None = None
    follows: tuple[str, ...] = ()


_handlers: dict[str, Handler] = {}


def handler(kind: str, **options: Unpack[Options]) -> Callable[[HandlerFunction], HandlerFunction]:
    """Register the decorated function for a kind of job; it gets the job and the job's arguments by name.

    It may run twice, late, or after the row it speaks of is gone.
    """

    def register(run: HandlerFunction) -> HandlerFunction:
        _handlers[kind] = Handler(run, **options)
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


def limits() -> dict[str, int]:
    """Return the guarded kinds, and how many jobs of each may run at the same time."""
    return {kind: handler.limit for kind, handler in _handlers.items() if handler.limit is not None}


def followers() -> dict[str, tuple[str, ...]]:
    """Return the kinds that follow others, and which."""
    return {kind: handler.follows for kind, handler in _handlers.items() if handler.follows}


def pause_after(attempts: int) -> int:
    """Return the seconds to wait after so many attempts."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]
