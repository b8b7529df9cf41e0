"""Sessions: logging in, refreshing tokens, logging out."""

import uuid
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password

from apps.audit.models import Action
from apps.audit.services import AuditRecord, record_all
from apps.core.database.transactions import retried_atomic
from apps.core.exceptions import InvalidToken
from apps.jobs.services import enqueue
from apps.users.account_changes import store_account
from apps.users.devices import device_label
from apps.users.exceptions import InvalidCredentials, SessionRevoked
from apps.users.jobs import REUSE_EMAIL, mail_job
from apps.users.login_throttling import login_attempt, remember_ip
from apps.users.models import EndReason, Session, User
from apps.users.revocation_events import Event
from apps.users.tokens import StoreRefreshToken, pair_for, pair_of


def log_in(
    *, username: str, password: str, device: str = "", ip: str = "", throttle_key: str = ""
) -> dict[str, str]:
    """Open a session for the user with this name, or e-mail address, and password; return its tokens.

    Raises InvalidCredentials, in the same words and time whether the user is unknown, the password wrong or
    the account inactive; TooManyAttempts when too many logins to this account, or from this address, have
    failed.
    """
    user = User.objects.by_login(username)
    attempt = login_attempt(user, typed=username, throttle_key=throttle_key)
    if user is None:
        make_password(password)  # as much work as checking one
        raise InvalidCredentials
    if not (user.check_password(password) and user.is_active):
        raise InvalidCredentials
    attempt.succeeded()
    return _opened(user, device=device_label(device), ip=ip, throttle_key=throttle_key)


def refresh_tokens(*, refresh: str, ip: str = "", language: str) -> dict[str, str]:
    """Return the next pair of tokens for a refresh token; for the one just replaced the same pair again.

    Raises InvalidToken and TokenExpired; SessionRevoked when the session is over, or ends by this: whoever
    comes with a token that was replaced longer ago may have stolen it, and its owner is written to.
    """
    session = _refreshed(StoreRefreshToken(refresh), ip=ip, language=language)
    if session is None:
        raise SessionRevoked
    return pair_of(session)


def log_out(session_id: uuid.UUID) -> None:
    """End the session."""
    Session.objects.live().filter(pk=session_id).end(EndReason.LOGOUT)


@retried_atomic
def log_out_everywhere(user_id: int) -> None:
    """End all sessions of the user, and whatever else could open one without the password.

    Raises SessionRevoked when the account is gone.
    """
    user = User.objects.lock_active(user_id)
    store_account(user, events=[Event.LOGGED_OUT_EVERYWHERE], update_fields=[])


def end_session(user: User, session_id: uuid.UUID) -> None:
    """End one session of the user.

    Raises Session.DoesNotExist when the user has no such session, or not any more.
    """
    if not user.sessions.live().filter(pk=session_id).end(EndReason.REVOKED):
        raise Session.DoesNotExist


@retried_atomic
def end_sessions(session_ids: Iterable[uuid.UUID]) -> int:
    """End those of the sessions that still live, as staff do; return how many that were."""
    chosen = Session.objects.live().filter(pk__in=session_ids)
    living = list(chosen.select_for_update(no_key=True).order_by("pk"))
    record_all(
        AuditRecord(Action.SESSIONS_ENDED, User(pk=user_id)) for user_id in {row.user_id for row in living}
    )
    return chosen.end(EndReason.REVOKED)


def delete_expired_sessions() -> int:
    """Delete the sessions of which no token is valid any more, and return how many they were."""
    return Session.objects.expired().delete()[0]


@retried_atomic
def _opened(user: User, *, device: str, ip: str, throttle_key: str) -> dict[str, str]:
    # Locked, so that a change of the password made since it was checked does not miss this session.
    same = User.objects.locked().filter(pk=user.pk, password=user.password, is_active=True)
    if not same:
        raise InvalidCredentials
    remember_ip(user, throttle_key)
    return pair_for(user, device=device, ip=ip)


@retried_atomic
def _refreshed(token: StoreRefreshToken, *, ip: str, language: str) -> Session | None:
    sessions = Session.objects.named(token.session_id, user_id=token.user_id)
    session = sessions.select_for_update(of=("self",), no_key=True).first()
    if session is None:
        return None
    if token.generation > session.generation:  # of a time that the database does not know, being restored
        raise InvalidToken
    if token.generation == session.generation:
        session.rotate(ip=ip)
    elif not session.has_just_replaced(token.generation):
        Session.objects.filter(pk=session.pk).end(EndReason.REUSE)
        enqueue(mail_job(REUSE_EMAIL, session.user_id, language, session_id=str(session.pk)))
        return None
    return session
