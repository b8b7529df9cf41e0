"""What is deleted, or put in order, day by day. Nothing depends on its being done in time."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError

from apps.common.key_filling import refresh_keys
from apps.jobs.services import purge_done_jobs

logger = logging.getLogger(__name__)

_chores: list[Callable[[], Any]] = []


def daily(chore: Callable[[], Any]) -> Callable[[], Any]:
    """Register the decorated function to be called about once a day."""
    _chores.append(chore)
    return chore


def do_chores() -> None:
    """Delete what is over: jobs done long ago, expired sessions of the admin, what other apps register.

    And look after the keys of rows that were written past the models.
    """
    for chore in _chores:
        try:
            chore()
        except DatabaseError:  # the other chores can still be done
            logger.exception("A chore is left for tomorrow")


daily(purge_done_jobs)
daily(SessionStore.clear_expired)
daily(refresh_keys)
