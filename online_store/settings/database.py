"""The database, and its replica."""

from functools import partial
from typing import Any

from online_store.env.servers import database as database_address
from online_store.settings.base import VAR_DIR, env

DATABASE_ENGINES = {
    "sqlite": "apps.core.database.backends.sqlite3",
    "postgres": "apps.core.database.backends.postgresql",
    "postgresql": "apps.core.database.backends.postgresql",
}
# Both make every transaction one that may write: SQLite cannot upgrade a reading one while another writes.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", 16, at_most=1000)
DATABASE_POOL_SECONDS = 5  # a request waits for a connection, and the pool tries to make one
_DAY = 86_400  # seconds
# Seconds, 0: no limit. What a statement may take, how long it may wait for a row that somebody else has
# locked, and how long a transaction may do nothing. start.py lifts them for commands, `entrypoint.sh` sets
# others for workers.
DATABASE_LIMITS = {
    "statement_timeout": env.number("DATABASE_STATEMENT_TIMEOUT", 10, at_most=_DAY),
    "lock_timeout": env.number("DATABASE_LOCK_TIMEOUT", 5, at_most=_DAY),
    "idle_in_transaction_session_timeout": env.number("DATABASE_IDLE_TIMEOUT", 10, at_most=_DAY),
}
DATABASE_PGBOUNCER = env.flag("DATABASE_PGBOUNCER", default=False)
# What a connection has executed so many times is prepared there. What is not:
# apps/core/database/backends/postgresql.
# A PgBouncer gives each transaction another connection.
PREPARED_STATEMENTS = {"server_side_binding": True, "prepare_threshold": None if DATABASE_PGBOUNCER else 5}
# A server that is gone without a word is noticed within half a minute. Seconds, the last one milliseconds.
DATABASE_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def _postgres_options(given: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {
        "connect_timeout": 3,
        **DATABASE_KEEPALIVES,
        **PREPARED_STATEMENTS,
        **given,
    }
    if not DATABASE_PGBOUNCER:  # which refuses start-up options: the role has to carry the limits then
        limits = [f"-c {name}={seconds}s" for name, seconds in DATABASE_LIMITS.items()]
        # Compiling a statement takes longer than any of the store's runs; PostgreSQL goes by what it would
        # cost to read a list to its end, of which a page is read.
        options["options"] = " ".join([*limits, "-c jit=off", given.get("options", "")]).strip()
    return options


def _database(database: dict[str, Any]) -> dict[str, Any]:
    if database["ENGINE"] == DATABASE_ENGINES["sqlite"]:
        return {**database, "OPTIONS": SQLITE_OPTIONS}
    options = _postgres_options(database["OPTIONS"])
    database |= {"DISABLE_SERVER_SIDE_CURSORS": DATABASE_PGBOUNCER}
    if not DATABASE_POOL_SIZE:
        return {**database, "OPTIONS": options, "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    pool = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": DATABASE_POOL_SECONDS,
        # Its pauses double: without this a pool would sleep on after a long outage. So the next request is
        # what makes it try anew.
        "reconnect_timeout": DATABASE_POOL_SECONDS,
    }
    return {**database, "OPTIONS": {**options, "pool": pool}}


_NONE: dict[str, Any] = {}
_SQLITE_FILE = {"ENGINE": DATABASE_ENGINES["sqlite"], "NAME": str(VAR_DIR / "store.sqlite3")}
_read = partial(database_address, engines=DATABASE_ENGINES, password=env.text("DATABASE_PASSWORD"))
DATABASES = {"default": _database(env.read("DATABASE_URL", _SQLITE_FILE, _read))}
# By the text, so that an address of PostgreSQL that cannot be read still asks for the keys.
ON_SQLITE = not env.text("DATABASE_URL").startswith("postgres")
if _replica := env.read("DATABASE_REPLICA_URL", _NONE, _read):
    DATABASES["replica"] = {**_database(_replica), "TEST": {"MIRROR": "default"}}
    if DATABASE_ENGINES["sqlite"] in {database["ENGINE"] for database in DATABASES.values()}:
        env.refuse("DATABASE_REPLICA_URL must be the address of a PostgreSQL replica of DATABASE_URL.")
DATABASE_ROUTERS = ["apps.core.database.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
