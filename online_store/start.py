"""The start of every process: it reads the settings, and says in plain sentences what is wrong."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NO_LIMITS = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"


def load_settings() -> None:
    """Read the settings; end the process with a list of their problems, and no traceback, if there is one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "online_store.settings")
    try:
        _ = settings.INSTALLED_APPS
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))


def take_time() -> None:
    """Let the statements of this process take as long as they take, over a connection that is no pool's.

    This is for commands such as a migration or an import. They still wait for locks no longer than a request
    does, as everybody else would wait behind them. And a pool would not tell why there is no connection.
    """
    for database in settings.DATABASES.values():
        options = database["OPTIONS"]
        if options.pop("pool", None):
            database |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
        if "options" in options and not settings.DATABASE_PGBOUNCER:
            options["options"] += f" {NO_LIMITS}"
