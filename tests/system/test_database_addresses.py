"""PostgreSQL is reached by whatever address names it: a name, IPv4, IPv6, or the folder of a socket."""

import socket
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.db.utils import ConnectionHandler

from online_store.env.servers import database
from tests.support.servers import HOST, PostgresServer

ENGINES = {"postgres": "apps.core.database.backends.postgresql"}
HAS_IPV6 = socket.has_dualstack_ipv6()

pytestmark = pytest.mark.skipif(PostgresServer.find() is None, reason="no PostgreSQL program found")


class EverywhereServer(PostgresServer):
    """PostgreSQL that listens on IPv6 too."""

    def _command(self) -> list[str]:
        return [*super()._command(), *(["-h", f"{HOST},::1"] if HAS_IPV6 else [])]

    def folder(self) -> str:
        """Return where its socket lies."""
        return str(self._data)


@pytest.fixture(scope="module")
def server() -> Iterator[EverywhereServer]:
    with EverywhereServer() as server:
        yield server


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        (lambda it: f"postgres://store:store@{HOST}:{it.port}/store", HOST),
        (lambda it: f"postgres://store:store@localhost:{it.port}/store?hostaddr={HOST}", HOST),
        (lambda it: f"postgres://store:store@127.0.0.2,{HOST}:{it.port}/store", HOST),
        (lambda it: f"postgres://store:store@{quote(it.folder(), safe='')}:{it.port}/store", None),
        (lambda it: f"postgres:///store?host={it.folder()}&port={it.port}&user=store&password=store", None),
        pytest.param(
            lambda it: f"postgres://store:store@[::1]:{it.port}/store?sslmode=disable",
            "::1",
            marks=pytest.mark.skipif(not HAS_IPV6, reason="no IPv6 here"),
        ),
    ],
    ids=["IPv4", "a name and an address", "several hosts", "a socket", "a socket as an option", "IPv6"],
)
def test_database_is_found(
    server: EverywhereServer, address: Callable[[EverywhereServer], str], reached: str | None
):
    settings = database(address(server), engines=ENGINES, password="")
    connection = ConnectionHandler({"default": settings})["default"]

    with connection.get_new_connection(connection.get_connection_params()) as session:
        row = session.execute("SELECT host(inet_server_addr()), current_user").fetchone()

    assert row == (reached, "store")
