"""What is deleted day by day. Nothing depends on its being done in time."""

from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.db import SessionStore

from apps.jobs.services import purge_done_jobs

_chores: list[Callable[[], Any]] = []


def daily(chore: Callable[[], Any]) -> Callable[[], Any]:
    """Register the decorated function to be called about once a day."""
    _chores.append(chore)
    return chore


def do_chores() -> None:
    """Delete what is over: jobs done long ago, expired sessions of the admin, what other apps register."""
    for chore in _chores:
        chore()


daily(purge_done_jobs)
daily(SessionStore.clear_expired)
