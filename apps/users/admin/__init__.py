"""Accounts in the admin. Django looks here for what is registered."""

from apps.users.admin import accounts, groups, sessions

__all__ = ["accounts", "groups", "sessions"]
