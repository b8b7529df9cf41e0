"""The store behind a real PgBouncer in transaction mode, with fewer connections than it has threads."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.support.processes import running, wait_for
from tests.support.production_server import PLENTY, prepared_postgres, production_environment, serving
from tests.support.servers import PgBouncerServer

pytestmark = [pytest.mark.postgres, pytest.mark.long]

ORDERS, THREADS = 24, 16
PRODUCTS = [1, 2, 3, 4, 5]  # of the demo data
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'store' AND pid <> pg_backend_pid()"


@pytest.mark.skipif(PgBouncerServer.find() is None, reason="needs the program pgbouncer")
def test_every_order_is_answered_and_its_jobs_are_done_over_three_connections(tmp_path: Path):
    variables = {"DATABASE_PGBOUNCER": "true", "DATABASE_POOL_SIZE": "8"}
    with (
        prepared_postgres() as postgres,
        PgBouncerServer(postgres, pool_size=3) as pooler,
        psycopg.connect(postgres.url, autocommit=True) as direct,
        migrated(pooler.url, tmp_path, **variables),
        serving(pooler.url, tmp_path, **variables) as store,
        ThreadPoolExecutor(THREADS) as buyers,
    ):
        basket = [PRODUCTS[number % len(PRODUCTS)] for number in range(ORDERS)]
        answers = Counter(order.status_code for order in buyers.map(store.place_order, basket))
        connections = direct.execute(CONNECTIONS).fetchone()
        wait_for(lambda: jobs_of(direct) == {"done": 2 * ORDERS}, seconds=120)
        sold = direct.execute("SELECT sum(%s - stock) FROM catalog_product", [PLENTY]).fetchone()

    assert answers == {201: ORDERS}
    assert connections == (3,)
    assert sold == (ORDERS,)
    assert "Traceback" not in (tmp_path / "jobs.log").read_text() + (tmp_path / "web.log").read_text()


@contextmanager
def migrated(url: str, folder: Path, **variables: str) -> Iterator[None]:
    """Let a container look for migrations over the pooler."""
    environment = production_environment(url, folder) | variables
    log = folder / "migrate.log"
    with running("manage.py", "migrate_once", log=log, **environment) as process:
        assert process.wait(120) == 0, log.read_text()
    yield


def jobs_of(direct: psycopg.Connection) -> dict[str, int]:
    return dict(direct.execute("SELECT status, count(*) FROM jobs_job GROUP BY status").fetchall())
