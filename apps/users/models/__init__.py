"""Accounts, the sessions in which they call the API, failed logins."""

from apps.users.models.login_attempts import KnownIP, LoginFailures
from apps.users.models.session import MAX_DEVICE_LENGTH, EndReason, Session
from apps.users.models.shown_names import ROLE_NAMES
from apps.users.models.user import User
from apps.users.models.user_manager import StoreUserManager

__all__ = [
    "MAX_DEVICE_LENGTH",
    "ROLE_NAMES",
    "EndReason",
    "KnownIP",
    "LoginFailures",
    "Session",
    "StoreUserManager",
    "User",
]
