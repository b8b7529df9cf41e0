"""How often a password may be wrong, of one account and from one address, before the next try has to wait.

Counted in the database, so that it holds whatever else is away. An attempt is counted before its password is
looked at, and given back when that is right: of many at once no more than the limit get through.
"""

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.core.database.transactions import retried_atomic
from apps.core.normalization import USERNAME
from apps.users.exceptions import TooManyAttempts
from apps.users.models import KnownPlace, LoginFailures, User

MEMORY = timedelta(minutes=15)  # failures are forgotten after this; no pause is longer
KNOWN_FOR = timedelta(days=30)  # a place from which the account was logged in to


class Limit(NamedTuple):
    """After so many failures each further one doubles the pause before the next attempt, from 1 second on."""

    kind: str
    failures: int
    # Whether they are forgotten after the last failure, or after the first. Somebody always fails behind an
    # address that thousands share: counted for ever, they would lock all the others out.
    since_last: bool


ACCOUNT = Limit("account", 10, since_last=True)  # from all places together that are not known to it
PLACE = Limit("place", 10, since_last=True)  # from one that is, and in a session: strangers do not fill it
ADDRESS = Limit("address", 100, since_last=False)


@dataclass(frozen=True)
class Caller:
    """A session in which somebody asks for something, and the address from which."""

    session_id: uuid.UUID | str
    address: str


@dataclass(frozen=True)
class Attempt:
    """An attempt to tell a password. It counts as failed unless it succeeds."""

    address_key: str
    account_key: str

    @transaction.atomic(savepoint=False)
    def succeeded(self) -> None:
        """Count the attempt no more, nor any failure before it that was counted for the same reason."""
        LoginFailures.objects.filter(pk=self.address_key, failures__gt=0).update(failures=F("failures") - 1)
        LoginFailures.objects.filter(pk=self.account_key).delete()


def login_attempt(user: User | None, *, typed: str, address: str) -> Attempt:
    """Count an attempt to log in as the user whom the typed name means, if there is one.

    Names that nobody has are counted like others, so that nothing is told. Raises TooManyAttempts while the
    account, its name or the address has to wait: then no password must be looked at.
    """
    place_key = _place_key(user, address)
    if KnownPlace.objects.filter(pk=place_key, forgotten_at__gt=timezone.now()).exists():
        return _claimed(PLACE, place_key, address)
    return _claimed(ACCOUNT, _account_key(user, typed), address)


def confirmation_attempt(user: User, caller: Caller) -> Attempt:
    """Count an attempt to tell one's password in a session. Raises TooManyAttempts while it has to wait."""
    return _claimed(PLACE, _key(PLACE.kind, f"{user.pk}:{caller.session_id}"), caller.address)


def remember_place(user: User, address: str) -> None:
    """Let strangers' failures not keep the user from logging in from this address for the next weeks.

    For whoever has just shown the password, or read the mailbox. Where a session was refreshed does not
    count: a thief of its token could make any number of places known, and guess at each of them.
    """
    if address:
        place = KnownPlace(key=_place_key(user, address), forgotten_at=timezone.now() + KNOWN_FOR)
        KnownPlace.objects.bulk_create(
            [place], update_conflicts=True, unique_fields=["key"], update_fields=["forgotten_at"]
        )


def forgive(user: User) -> None:
    """Forget the failures of the account, wherever they came from."""
    LoginFailures.objects.filter(pk=_account_key(user, "")).delete()


def forget_failures() -> int:
    """Delete what is forgotten, and return how many rows it was."""
    failures = LoginFailures.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]
    return failures + KnownPlace.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]


@retried_atomic
def _claimed(limit: Limit, account_key: str, address: str) -> Attempt:
    """Count a failure. A refusal takes it back, so that waiting is not made longer by asking."""
    attempt = Attempt(_key(ADDRESS.kind, address), account_key)
    counted = {attempt.address_key: ADDRESS, account_key: limit}
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
    return attempt


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


def _account_key(user: User | None, typed: str) -> str:
    return _key(ACCOUNT.kind, f"id:{user.pk}" if user else f"name:{USERNAME.key(typed)}")


def _place_key(user: User | None, address: str) -> str:
    # With the stamp: whatever ends the account's logins makes its places unknown.
    return _key("known", f"{user.pk}:{user.login_stamp}:{address}" if user else f"nobody:{address}")


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"{__name__}.{kind}", value, algorithm="sha256").hexdigest()
