"""Erasure of personal data. Other apps register what they keep of a user."""

import re
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Self

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.core.caching.namespaces import wipe_on_commit
from apps.core.database.advisory_locks import lock_alone, lock_shared
from apps.core.search_words import folded
from apps.jobs.models import Job
from apps.users.account_changes import store_account
from apps.users.jobs import subject_of
from apps.users.models import User
from apps.users.revocation_events import Event
from apps.users.usernames import ERASED

_COPYING = "users.copying_names"
FEWEST_DIGITS = 7  # of a name, to be looked for as a phone number
_NAMING = ("username", "email", "new_email", "first_name", "last_name")


@dataclass(frozen=True)
class Remainder:
    """What still tells of a person after the erasure: orders under way, by id, and documents to be kept."""

    open_orders: tuple[int, ...] = ()
    documents: int = 0

    def __add__(self, other: Self) -> "Remainder":
        return Remainder(self.open_orders + other.open_orders, self.documents + other.documents)

    def __bool__(self) -> bool:
        return bool(self.open_orders or self.documents)


Eraser = Callable[[User], Remainder | None]

_erasers: list[Eraser] = []
_lockers: list[Callable[[int], object]] = []


def erases(function: Eraser) -> Eraser:
    """Register the decorated function to erase what its app keeps of a user, in the same transaction.

    It returns what has to stay for now, if anything has.

    It still reads what the user was called. It finds everything that was written under the lock of the user
    (`User.objects.locked`), or while nobody could be erased; whatever names people is written so.
    """
    _erasers.append(function)
    return function


def locks_before_users(function: Callable[[int], object]) -> Callable[[int], object]:
    """Register the decorated function to lock those rows of a user (by id) that are locked before users."""
    _lockers.append(function)
    return function


def lock_rows_before(user: User) -> None:
    """Lock the rows of the user that whoever has them may want the user for: the user comes last."""
    for lock in _lockers:
        lock(user.pk)


def names_of(user: User) -> set[str]:
    """Return every name and address that the account holds or, as its audit trail tells, has held: folded."""
    names = [getattr(user, field) for field in _NAMING]
    for changes in AuditEntry.objects.about(user).values_list("changes", flat=True):
        names += [name for field in _NAMING for name in changes.get(field, ())]
    return {folded(name) for name in names if name} - {""}


def contains_any(names: Collection[str], text: str) -> bool:
    """Tell whether one of the folded names stands in the text, whatever its case there.

    The database is not asked: SQLite knows the case of ASCII alone.
    """
    looked_through = folded(text)
    return any(name in looked_through for name in names) or contains_number(names, text)


def contains_number(names: Collection[str], text: str) -> bool:
    """Tell whether a phone number among the names, in digits, stands in the text, in whatever form."""
    digits = re.sub(r"\D", "", text)
    return any(name in digits for name in names if name.isdecimal() and len(name) >= FEWEST_DIGITS)


def redact_email(user: User, rows: models.QuerySet[Any], *, field: str) -> None:
    """Redact the user's e-mail address in a text of rows that are about others.

    One that was never confirmed stays there: anybody can open an account with somebody else's, and close it.
    """
    if not (user.email and user.has_confirmed(user.email)):
        return
    address = re.compile(rf"(?<![\w.+-]){re.escape(user.email)}(?![\w-]|\.\w)", re.IGNORECASE)
    # In ASCII, as addresses are stored, SQLite knows the case too.
    for pk, text in list(rows.filter(**{f"{field}__icontains": user.email}).values_list("pk", field)):
        # Of a ledger as well, whose own `update` refuses.
        models.QuerySet.update(rows.filter(pk=pk), **{field: address.sub("…", text)})


def block_erasures() -> None:
    """Block every erasure until the end of the transaction, which copies the names of many people.

    To lock each of them, as is done where one is named, would write to thousands of rows. A transaction is
    needed.
    """
    lock_shared(_COPYING)


def wait_for_copies() -> None:
    """Wait for the transactions that copy names; they see what this one erases, or wait for its end."""
    lock_alone(_COPYING)


def erase(user: User) -> Remainder:
    """Erase the user's name, address, password, sessions and e-mail jobs; the row stays, for the orders.

    Return what stays for now. The audit trail keeps what was done to the account, without the values. A
    transaction is needed, in which `lock_rows_before` was called before the user was locked, if that is done.
    """
    remainder = erase_related(user)
    user.erased_at = timezone.now()
    user.username = f"{ERASED}{uuid.uuid4().hex}"
    user.email = user.new_email = user.first_name = user.last_name = ""
    user.email_verified_at = user.last_login = None
    user.is_active = False
    user.set_unusable_password()
    store_account(user, events=[Event.ERASED])
    wipe_on_commit()  # comes after the drop, by which a response that is being built is found out of date
    return remainder


def erase_related(user: User) -> Remainder:
    """Erase what is kept of the user beside the row itself, which is locked; return what stays for now."""
    # The whole row: an order that is being placed has to be there first, or to wait until the user is erased.
    User.objects.select_for_update().get(pk=user.pk)
    wait_for_copies()
    user.sessions.all().delete()
    Job.objects.filter(subject=subject_of(user.pk)).delete()
    pages = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User))
    pages.filter(object_id=str(user.pk)).update(object_repr=f"{user.pk}")
    stays = [eraser(user) for eraser in _erasers]
    AuditEntry.objects.about(user).forget_values()  # last: the others find former names there
    return sum(filter(None, stays), start=Remainder())
