"""A replica serves the catalogue's reads, never older than the primary would; without it the primary does."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
import requests

from tests.support.processes import wait_for
from tests.support.production_server import PASSWORD, Store, prepared_postgres, serving
from tests.support.servers import ReplicaServer

SCANS = (
    "SELECT sum(seq_scan + coalesce(idx_scan, 0))::int FROM pg_stat_user_tables"
    " WHERE relname = 'catalog_product'"
)

pytestmark = [pytest.mark.postgres, pytest.mark.long]


@dataclass
class Shop:
    """A store with a replica."""

    store: Store
    replica: ReplicaServer

    def get(self, path: str) -> dict:
        response = self.store.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def change_price(self, price: str) -> None:
        login = {"username": "admin", "password": PASSWORD}
        token = self.store.post("/api/v1/auth/login/", login).json()["access"]
        response = requests.patch(
            f"{self.store.url}/api/v1/products/1/",
            json={"price": price},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert response.status_code == 200, response.text

    def ask_replica(self, query: str) -> int:
        with psycopg.connect(self.replica.url, autocommit=True) as connection:
            return connection.execute(query).fetchone()[0]

    def command_replica(self, query: str) -> None:
        address = f"host=127.0.0.1 port={self.replica.port} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(query)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("replica")
    with (
        prepared_postgres() as primary,
        ReplicaServer(primary) as replica,
        serving(primary.url, folder, DATABASE_REPLICA_URL=replica.url) as store,
    ):
        yield Shop(store, replica)


def test_replica_serves_reads_of_the_catalogue(shop: Shop):
    before = shop.ask_replica(SCANS)

    sizes = count(1)

    def is_asked() -> bool:
        shop.get(f"/api/v1/products/?page_size={next(sizes) % 100 + 1}")  # not cached yet
        return shop.ask_replica(SCANS) > before

    wait_for(is_asked)
    assert shop.get("/readyz")["replica"] == "ok"


def test_write_shows_in_the_next_read_however_late_the_replica_is(shop: Shop):
    shop.change_price("11.11")
    shop.command_replica("SELECT pg_wal_replay_pause()")
    try:
        shop.change_price("22.22")
        detail = shop.get("/api/v1/products/1/")["price"]
        prices = {row["price"] for row in shop.get("/api/v1/products/?page_size=99")["results"]}
    finally:
        shop.command_replica("SELECT pg_wal_replay_resume()")

    assert detail == "22.22"
    assert "22.22" in prices
    assert "11.11" not in prices


def test_primary_does_the_work_of_a_replica_that_is_gone(shop: Shop):
    shop.replica.stop()
    try:
        shop.change_price("33.33")
        price = shop.get("/api/v1/products/1/")["price"]
        ready = shop.get("/readyz")
    finally:
        shop.replica.start()

    assert price == "33.33"
    assert (ready["status"], ready["replica"]) == ("ok", "unavailable")
