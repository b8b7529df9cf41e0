"""Daily maintenance of accounts."""

from apps.jobs.maintenance import daily
from apps.users.login_throttling import delete_expired_failures
from apps.users.sessions import delete_expired_sessions

daily(delete_expired_failures)
daily(delete_expired_sessions)
