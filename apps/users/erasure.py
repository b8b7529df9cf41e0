"""Erasing what tells who somebody was. Other apps register what they keep of a user."""

import uuid
from collections.abc import Callable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from apps.audit.models import AuditEntry
from apps.jobs.models import Job
from apps.users.credentials import Event
from apps.users.jobs import subject_of
from apps.users.models import User

_erasers: list[Callable[[User], object]] = []


def erases(function: Callable[[User], object]) -> Callable[[User], object]:
    """Register the decorated function to erase what its app keeps of a user, in the same transaction."""
    _erasers.append(function)
    return function


def erase(user: User) -> None:
    """Erase the user's name, address, password, sessions and e-mail jobs; the row stays, for the orders.

    The audit trail keeps what was done to the account, without the values. A transaction is needed.
    """
    user.events = (Event.ERASED,)
    user.username = f"deleted-{uuid.uuid4().hex}"
    user.email = user.new_email = user.first_name = user.last_name = ""
    user.email_verified_at = user.last_login = None
    user.is_active = False
    user.set_unusable_password()
    user.save()
    AuditEntry.objects.about(user).forget_values()
    user.sessions.all().delete()
    Job.objects.filter(subject=subject_of(user.pk)).delete()
    pages = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User))
    pages.filter(object_id=str(user.pk)).update(object_repr=user.username)
    for eraser in _erasers:
        eraser(user)
