"""The database wrapper that `ENGINE = "apps.core.database.backends.postgresql"` names."""

import os
import select
from typing import Any, Self

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

MANY_VALUES = 100  # of one statement
_inherited: list[Any] = []  # pools of the process that forked this one


class Cursor(base.ServerBindingCursor):
    """Lets PostgreSQL keep the plans of repeated statements, but for those of lists and of many rows.

    Which plan finds a page soonest depends on the values: a rare word wants another one than a common one.
    Statements for many rows are repeated by imports, which fill the table that the plan was made for.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Execute the statement."""
        if (isinstance(query, str) and " LIMIT " in query) or len(params or ()) > MANY_VALUES:
            options["prepare"] = False
        return super().execute(query, params, **options)  # type: ignore[misc]  # the stubs lack it


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, whose pool gives out no connection that the server has ended.

    The pool's own check (`CONN_HEALTH_CHECKS`) asks the server before every request: one round trip, where
    a cached response for somebody signed in needs one altogether.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """Return what connections are made with."""
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that is alive. Raises OperationalError when there is none."""
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)  # which replaces it


def is_alive(connection: "Connection[Any]") -> bool:
    """Tell whether the server still holds the idle connection, without asking it when nothing speaks against.

    What the server has ended can be read from. Who is gone without a word is noticed by TCP's own signs of
    life (`DATABASE_KEEPALIVES`).
    """
    socket = select.poll()
    try:
        socket.register(connection, select.POLLIN)
        if socket.poll(0):  # the end of it, or a mere notice
            ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True


def _leave_pools_to_the_parent() -> None:
    """Begin a forked process without pools, so that it makes its own.

    A pool does not survive the fork: its threads, which make connections, are those of the parent, and so is
    its socket. In the child it would never grow beyond the connections that it had, and everybody would wait
    for one of them. It is kept from being deleted too, which would wait for its threads.
    """
    pools = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]  # the stubs lack it
    _inherited.append(dict(pools))
    pools.clear()


os.register_at_fork(after_in_child=_leave_pools_to_the_parent)
