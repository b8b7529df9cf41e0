"""Daily maintenance of accounts."""

from apps.jobs.maintenance import daily
from apps.users.login_throttling import forget_failures
from apps.users.sessions import forget_expired_sessions

daily(forget_failures)
daily(forget_expired_sessions)
