"""Login throttling: after too many wrong passwords, an account or a client has to wait before the next try.

A client is counted by its `throttle_key`: the IP address, or the network of an IPv6 address.

Failures are counted in the database, so that the limits hold whatever else is down. An attempt is counted
before its password is checked, and taken back if it is right: of many at once, no more than the limit get
through.
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
from apps.users.models import KnownIP, LoginFailures, User

MEMORY = timedelta(minutes=15)  # failures are forgotten after this; no pause is longer
KNOWN_FOR = timedelta(days=30)  # an IP address from which the account was logged in to


class Limit(NamedTuple):
    """After so many failures each further one doubles the pause before the next attempt, from 1 second on."""

    kind: str
    failures: int
    # Whether they are forgotten after the last failure, or after the first. Somebody always fails behind an
    # IP address that thousands share: counted for ever, they would lock all the others out.
    since_last: bool


ACCOUNT = Limit("account", 10, since_last=True)  # from all IP addresses together that it does not know
KNOWN = Limit("known", 10, since_last=True)  # from one that it knows, or in one session: strangers add none
IP = Limit("ip", 100, since_last=False)


@dataclass(frozen=True)
class Caller:
    """The session and the client of a request."""

    session_id: uuid.UUID | str
    throttle_key: str


@dataclass(frozen=True)
class Attempt:
    """An attempt to enter a password. It counts as failed unless it succeeds."""

    ip_key: str
    account_key: str

    @transaction.atomic(savepoint=False)
    def succeeded(self) -> None:
        """Take back the attempt, and every failure before it that was counted under the same key."""
        LoginFailures.objects.filter(pk=self.ip_key, failures__gt=0).update(failures=F("failures") - 1)
        LoginFailures.objects.filter(pk=self.account_key).delete()


def login_attempt(user: User | None, *, typed: str, throttle_key: str) -> Attempt:
    """Count an attempt to log in as the user whom the typed name means, if there is one.

    Names that nobody has are counted like others, so that nothing is told. Raises TooManyAttempts while the
    account, its name or the client has to wait: then the password must not be checked.
    """
    known_ip_key = _known_ip_key(user, throttle_key)
    if KnownIP.objects.filter(pk=known_ip_key, forgotten_at__gt=timezone.now()).exists():
        return _counted_attempt(KNOWN, known_ip_key, throttle_key)
    return _counted_attempt(ACCOUNT, _account_key(user, typed), throttle_key)


def confirmation_attempt(user: User, caller: Caller) -> Attempt:
    """Count an attempt to confirm one's password. Raises TooManyAttempts while the session has to wait."""
    session_key = _key(KNOWN.kind, f"{user.pk}:{caller.session_id}")
    return _counted_attempt(KNOWN, session_key, caller.throttle_key)


def remember_ip(user: User, throttle_key: str) -> None:
    """Let strangers' failures not keep the user from logging in from this client for the next weeks.

    For whoever has just entered the password, or read the mailbox. A refresh of a session does not count: a
    thief of its token could make any number of IP addresses known, and guess from each of them.
    """
    if throttle_key:
        known = KnownIP(key=_known_ip_key(user, throttle_key), forgotten_at=timezone.now() + KNOWN_FOR)
        KnownIP.objects.bulk_create(
            [known], update_conflicts=True, unique_fields=["key"], update_fields=["forgotten_at"]
        )


def reset_failures(user: User) -> None:
    """Delete the failures of the account from IP addresses that it does not know."""
    LoginFailures.objects.filter(pk=_account_key(user, "")).delete()


def delete_expired_failures() -> int:
    """Delete the failures and known IP addresses that have expired, and return how many they were."""
    failures = LoginFailures.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]
    return failures + KnownIP.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]


@retried_atomic
def _counted_attempt(limit: Limit, account_key: str, throttle_key: str) -> Attempt:
    """Count a failure. A refusal takes it back, so that waiting is not made longer by asking."""
    attempt = Attempt(_key(IP.kind, throttle_key), account_key)
    counted = {attempt.ip_key: IP, account_key: limit}
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


def _known_ip_key(user: User | None, throttle_key: str) -> str:
    # With the stamp: whatever ends the account's logins makes its IP addresses unknown.
    account = f"{user.pk}:{user.login_stamp}" if user else "nobody"
    return _key("known_ip", f"{account}:{throttle_key}")


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"{__name__}.{kind}", value, algorithm="sha256").hexdigest()
