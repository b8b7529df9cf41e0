"""Which function does which kind of job, how often it is tried, and what can heal."""

from collections.abc import Callable
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from apps.jobs.models import Job

HandlerFunction = Callable[..., None]
MAX_ATTEMPTS = 12
FAILURES_TO_PAUSE = 5
PAUSE_SECONDS = 30  # of a guarded kind
ALWAYS_RETRIED = (OperationalError, InterfaceError, SoftTimeLimitExceeded)

# Seconds before the second attempt, the third, …; the last one repeats. Twelve attempts last about five
# hours.
PAUSES = (2, 5, 15, 60, 300, 900, 1800, 3600)


@dataclass(frozen=True)
class Handler:
    """A function for one kind of job.

    A kind with a `limit` is guarded: no more than so many of its jobs run at the same time, on all workers
    together. After FAILURES_TO_PAUSE failures in a row it pauses, then one job is tried, and when that one
    succeeds all go on.
    """

    run: HandlerFunction
    retry_on: tuple[type[Exception], ...]
    attempts: int
    limit: int | None = None


_handlers: dict[str, Handler] = {}


def handler(
    kind: str,
    *,
    retry_on: tuple[type[Exception], ...] = (),
    attempts: int = MAX_ATTEMPTS,
    limit: int | None = None,
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Register the decorated function for a kind of job; it gets the job and the job's arguments by name.

    It may run twice, late, or after the row it speaks of is gone. An exception of `retry_on`, or a database
    that is away, is tried again after a growing pause; any other makes the job `failed` at once.
    """

    def register(run: HandlerFunction) -> HandlerFunction:
        _handlers[kind] = Handler(run, (*retry_on, *ALWAYS_RETRIED), attempts, limit)
        return run

    return register


def handler_of(job: Job) -> Handler:
    """Return the handler of the job.

    Raises LookupError when there is none, as for a job of a newer release.
    """
    try:
        return _handlers[job.kind]
    except KeyError:
        raise LookupError(f"No handler for jobs of the kind {job.kind}") from None


def kinds() -> list[str]:
    """Return the kinds that this release knows, by name."""
    return sorted(_handlers)


def limits() -> dict[str, int]:
    """Return the guarded kinds, and how many jobs of each may run at the same time."""
    return {kind: handler.limit for kind, handler in _handlers.items() if handler.limit is not None}


def pause_after(attempts: int) -> int:
    """Return the seconds to wait after so many attempts."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]
