"""Receiver of `post_migrate`, which makes missing roles."""

from contextlib import suppress
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from apps.backoffice.roles import PermissionsMissing, make_roles


@receiver(post_migrate)
def make_missing_roles(sender: Any, using: str, **arguments: Any) -> None:
    """Make the groups that are missing, once the permissions of all apps are there."""
    # This app is the last one. After `migrate APP` permissions may be missing: then the next one
    # makes the groups.
    if sender.label == "backoffice" and using == DEFAULT_DB_ALIAS:
        with suppress(PermissionsMissing):
            make_roles()
