"""Storing a change of an account, with the audit entry and the end of credentials that go with it (ADR 19).

Django's forms and commands, and shells, come here by `User.save()`; bulk updates by `UserQuerySet.update()`.
The services call `store_account` themselves where they know more than the row shows.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from apps.audit.models import Action
from apps.audit.services import (
    Changes,
    changes_between,
    changes_from_nothing,
    record,
    record_change,
    values_of,
)
from apps.users.exceptions import AccountErased
from apps.users.revocation_events import Ending, Event, SessionId, end_credentials

if TYPE_CHECKING:
    from apps.users.models import User

ENDING_FIELDS = {"password", "email", "is_active"}  # a change of which ends credentials
ENDED_FIELDS = {"login_stamp", "mail_stamp", "new_email"}  # which change when credentials end


def store_account(
    user: "User",
    *,
    events: Collection[Event] = (),
    kept_session_id: SessionId | None = None,
    list_changes: Changes | None = None,
    **kwargs: Any,
) -> None:
    """Store the account; record the change, and end the credentials that this or one of the events ends.

    One API session may be kept. The changes of lists (groups, permissions) become part of the audit entry.
    The rest is for Django's `save()`. What this instance has not changed stays as others have stored it
    meanwhile. Raises User.DoesNotExist when they have deleted the account, and AccountErased when it was
    erased since it was read: what it was called is not written back.
    """
    given = kwargs.get("update_fields")
    written = {field.name for field in user._meta.concrete_fields} if given is None else set(given)
    if written == {"last_login"}:  # Django's, at a login to the admin; the account may be gone by now
        type(user).objects.filter(pk=user.pk).update(last_login=user.last_login)
        return
    if not (events or written & set(user.TRACKED_FIELDS)):
        AbstractUser.save(user, **kwargs)
        return
    with transaction.atomic(savepoint=False):
        if user._state.adding:
            AbstractUser.save(user, **kwargs)
            record(Action.CREATED, user, changes_from_nothing(values_of(user, user.AUDITED_FIELDS)))
        else:
            # Locked, so that what ends and what is recorded is what this very change finds.
            stored = type(user).objects.locked().get(pk=user.pk)
            _refuse_to_undo_erasure(user, stored)
            _keep_changes_of_others(user, stored, written)
            events = (*events, *events_between(stored, user, written))
            if events:
                end_credentials(user, [Ending(event, kept_session_id) for event in events])
                written |= ENDED_FIELDS
            AbstractUser.save(user, **kwargs if given is None else {**kwargs, "update_fields": written})
            _record_change(stored, user, written, events, list_changes or {})
    user.note_loaded(written)


def events_between(former: "User", user: "User", fields: Iterable[str]) -> tuple[Event, ...]:
    """Return what has happened to the account between two states, of which these fields may differ."""
    names = ENDING_FIELDS.intersection(fields)
    changed = {name for name in names if getattr(user, name) != getattr(former, name)}
    seen = {
        Event.PASSWORD_CHANGED: "password" in changed,
        Event.DEACTIVATED: "is_active" in changed and not user.is_active,
        Event.EMAIL_CHANGED: "email" in changed,
    }
    return tuple(event for event, is_seen in seen.items() if is_seen)


def _refuse_to_undo_erasure(user: "User", stored: "User") -> None:
    if stored.erased_at and (user.erased_at is None or user.erased_at < stored.erased_at):
        raise AccountErased


def _keep_changes_of_others(user: "User", stored: "User", written: set[str]) -> None:
    """Take what this instance has not changed itself from what is stored by now."""
    for name in user.untouched_fields() & written:
        setattr(user, name, getattr(stored, name))
    user.login_stamp, user.mail_stamp = stored.login_stamp, stored.mail_stamp


def _record_change(
    stored: "User", user: "User", written: set[str], events: Collection[Event], list_changes: Changes
) -> None:
    audited = [name for name in user.AUDITED_FIELDS if name in written]
    changes = changes_between(values_of(stored, audited), values_of(user, audited)) | list_changes
    if Event.ERASED in events:
        record(Action.ERASED, user)
    elif Event.PASSWORD_CHANGED in events:
        record(Action.PASSWORD_CHANGED, user, changes)
    else:
        record_change(user, changes)
