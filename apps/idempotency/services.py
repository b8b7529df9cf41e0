"""Carrying a request out once, however often it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.db.models import Exists
from django.utils import timezone

from apps.core.database.transactions import retried_atomic
from apps.idempotency.exceptions import KeyReused, RequestInProgress
from apps.idempotency.models import KeyedAnswer
from apps.users.exceptions import SessionRevoked
from apps.users.models import User

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL, appendix A: the lock_timeout is over


@dataclass(frozen=True)
class KeyedRequest:
    """A request that may come again; the fingerprint tells whether it is the same one."""

    user_id: Any
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Outcome:
    """What a request is answered, and the subject that it made, such as `order:7`."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    subject: str = ""
    is_replay: bool = False


class _KeyTaken(Exception):
    """The key has a row already."""


def carry_out_once(request: KeyedRequest, act: Callable[[], Outcome]) -> Outcome:
    """Act and keep the outcome, in one transaction; or return what was kept for the same request before.

    An exception of `act` takes all of it back, so the request may be sent again. Raises KeyReused when the
    key was used for another request, RequestInProgress when the first one takes longer than the database's
    lock time-out, and SessionRevoked when the account was closed meanwhile.
    """
    while True:
        try:
            return _carried_out(request, act)
        except _KeyTaken:
            if (kept := _kept(request)) is not None:
                return kept


def forget_expired_keys() -> int:
    """Delete the answers that are not given again any more, and return how many they were."""
    return KeyedAnswer.objects.expired().delete()[0]


@retried_atomic
def _carried_out(request: KeyedRequest, act: Callable[[], Outcome]) -> Outcome:
    answer = _begun(request)
    outcome = act()
    _complete(answer, outcome)
    return outcome


def _begun(request: KeyedRequest) -> KeyedAnswer:
    expires_at = timezone.now() + timedelta(hours=settings.IDEMPOTENCY_KEEP_HOURS)
    try:
        return KeyedAnswer.objects.create(
            user_id=request.user_id, key=request.key, fingerprint=request.fingerprint, expires_at=expires_at
        )
    except IntegrityError as error:
        raise _KeyTaken from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise RequestInProgress from error
        raise


def _complete(answer: KeyedAnswer, outcome: Outcome) -> None:
    # The answer shows the name: in the same statement the user is locked and looked at.
    user = User.objects.locked().filter(pk=answer.user_id, is_active=True)
    completed = KeyedAnswer.objects.filter(Exists(user), pk=answer.pk).update(
        status=outcome.status, headers=dict(outcome.headers), body=outcome.body, subject=outcome.subject
    )
    if not completed:
        raise SessionRevoked


def _kept(request: KeyedRequest) -> Outcome | None:
    """Return what was kept; None when it has expired, or was taken back meanwhile, and the key is free."""
    mine = KeyedAnswer.objects.filter(user_id=request.user_id, key=request.key)
    mine.expired().delete()
    answer = mine.first()
    if answer is None:
        return None
    if answer.fingerprint != request.fingerprint:
        raise KeyReused
    return Outcome(answer.status, bytes(answer.body), answer.headers, answer.subject, is_replay=True)
