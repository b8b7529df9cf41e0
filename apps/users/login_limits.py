"""How often a login may fail, by one name and from one address, before the next one has to wait.

Counted in the database, so that it holds whatever else is away. An attempt is counted before its password is
looked at, and taken back when it succeeds: of many at once no more than the limit get through.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.common.transactions import retried_atomic
from apps.jobs.housekeeping import daily
from apps.users.exceptions import TooManyAttempts
from apps.users.models import LoginFailures, User

MEMORY = timedelta(minutes=15)  # failures are forgotten after this; no pause is longer


class Limit(NamedTuple):
    """After so many failures each further one doubles the pause before the next attempt, from 1 second on."""

    kind: str
    failures: int
    # Whether they are forgotten after the last failure, or after the first. Somebody always fails behind an
    # address that thousands share: counted for ever, they would lock all the others out.
    since_last: bool


ACCOUNT = Limit("account", 10, since_last=True)
ADDRESS = Limit("address", 100, since_last=False)


@contextmanager
def login_attempt(*, username: str, address: str) -> Iterator[Callable[[], None]]:
    """Run the block as an attempt to log in, which has failed unless it calls what it is given.

    It does so in the transaction of whatever it was allowed to do. Names that nobody has are counted like
    others, so that nothing is told. Raises TooManyAttempts, without running the block, while the name or the
    address has to wait.
    """
    counted = {
        _key(ADDRESS, address): ADDRESS,
        _key(ACCOUNT, User.normalize_username(username).strip().casefold()): ACCOUNT,
    }
    _claim(counted)
    yield partial(_give_back, counted)


@daily
def forget_failures() -> int:
    """Delete what is forgotten, and return how many rows it was."""
    return LoginFailures.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]


@retried_atomic
def _claim(counted: dict[str, Limit]) -> None:
    """Count a failure. A refusal takes it back, so that waiting is not made longer by asking."""
    now = timezone.now()
    new = [
        LoginFailures(key=key, kind=limit.kind, failures=0, next_at=now, forgotten_at=now)
        for key, limit in counted.items()
    ]
    # Makes the rows or locks them, in the same order for everybody: by setting what they have already.
    LoginFailures.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["key"], update_fields=["kind"]
    )
    for row in LoginFailures.objects.filter(key__in=counted):
        _count(row, counted[row.key], now)
        row.save(update_fields=["failures", "next_at", "forgotten_at"])


def _count(row: LoginFailures, limit: Limit, now: datetime) -> None:
    if row.forgotten_at <= now:
        row.failures, row.forgotten_at = 0, now + MEMORY
    if row.failures >= limit.failures and row.next_at > now:
        wait = min(row.next_at, row.forgotten_at) - now
        raise TooManyAttempts(math.ceil(wait.total_seconds()))
    row.failures += 1
    row.next_at = now + timedelta(seconds=2 ** max(0, row.failures - limit.failures))
    if limit.since_last:
        row.forgotten_at = now + MEMORY


@transaction.atomic(savepoint=False)
def _give_back(counted: dict[str, Limit]) -> None:
    """Count the attempt no more, nor any failure by this name. In the order in which rows are locked."""
    address, account = counted
    LoginFailures.objects.filter(pk=address, failures__gt=0).update(failures=F("failures") - 1)
    LoginFailures.objects.filter(pk=account).delete()


def _key(limit: Limit, value: str) -> str:
    return salted_hmac(f"{__name__}.{limit.kind}", value, algorithm="sha256").hexdigest()
