"""Running an idempotent request once, however often it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError
from django.db.models import Exists
from django.utils import timezone

from apps.core.database.transactions import retried_atomic
from apps.idempotency.exceptions import KeyReused, RequestInProgress
from apps.idempotency.models import StoredResponse
from apps.users.exceptions import SessionRevoked
from apps.users.models import User

KEPT_FOR = timedelta(hours=48)  # how long a request with the same key gets the first response
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL, appendix A: the lock_timeout is over


@dataclass(frozen=True)
class IdempotentRequest:
    """A request that may be repeated; the fingerprint tells whether it is the same one."""

    user_id: Any
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Outcome:
    """The response to a request, and the subject that it made, such as `order:7`."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    subject: str = ""
    is_replay: bool = False


class _KeyTaken(Exception):
    """The key has a row already."""


def run_once(request: IdempotentRequest, act: Callable[[], Outcome]) -> Outcome:
    """Act and store the outcome, in one transaction; or return what was stored for the same request before.

    An exception of `act` rolls all of it back, so the request may be sent again. Raises KeyReused when the
    key was used for another request, RequestInProgress when the first one takes longer than the database's
    lock time-out, and SessionRevoked when the account was closed meanwhile.
    """
    while True:
        try:
            return _run(request, act)
        except _KeyTaken:
            if (replay := _replay_of(request)) is not None:
                return replay


def delete_expired_keys() -> int:
    """Delete the responses that are not sent again any more, and return how many they were."""
    return StoredResponse.objects.expired().delete()[0]


@retried_atomic
def _run(request: IdempotentRequest, act: Callable[[], Outcome]) -> Outcome:
    stored = _insert(request)
    outcome = act()
    _complete(stored, outcome)
    return outcome


def _insert(request: IdempotentRequest) -> StoredResponse:
    expires_at = timezone.now() + KEPT_FOR
    try:
        return StoredResponse.objects.create(
            user_id=request.user_id, key=request.key, fingerprint=request.fingerprint, expires_at=expires_at
        )
    except IntegrityError as error:
        raise _KeyTaken from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise RequestInProgress from error
        raise


def _complete(stored: StoredResponse, outcome: Outcome) -> None:
    # The response shows the name: in the same statement the user is locked and looked at.
    user = User.objects.locked().filter(pk=stored.user_id, is_active=True)
    completed = StoredResponse.objects.filter(Exists(user), pk=stored.pk).update(
        status=outcome.status, headers=dict(outcome.headers), body=outcome.body, subject=outcome.subject
    )
    if not completed:
        raise SessionRevoked


def _replay_of(request: IdempotentRequest) -> Outcome | None:
    """Return what was stored; None when it has expired, or was rolled back meanwhile, and the key is free."""
    mine = StoredResponse.objects.filter(user_id=request.user_id, key=request.key)
    mine.expired().delete()
    stored = mine.first()
    if stored is None:
        return None
    if stored.fingerprint != request.fingerprint:
        raise KeyReused
    return Outcome(stored.status, bytes(stored.body), stored.headers, stored.subject, is_replay=True)
