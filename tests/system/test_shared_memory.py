"""Shared memory of forked processes: what was loaded before the fork. A real gunicorn, a real worker."""

from pathlib import Path

import pytest
import requests

from tests.support.processes import running, wait_for
from tests.support.servers import RedisServer, children_of
from tests.support.workers import celery_worker

MOST_OF_THE_STORE = 100_000  # objects; Python alone has a tenth


def test_web_process_shares_the_views_and_holds_nothing_that_draws(tmp_path: Path):
    log = tmp_path / "web.log"
    environment = {
        "DATABASE_URL": "",
        "LOG_FORMAT": "text",
        "STORE_EMBEDDED": "false",
        "VAR_DIR": str(tmp_path / "var"),
    }
    with running(
        "-m", "gunicorn", "tests.support.forked_server", "-b", "127.0.0.1:0", log=log, **environment
    ):
        address = wait_for(lambda: address_in(log.read_text()))
        got = requests.get(address, timeout=60).json()

    assert got.pop("frozen") > MOST_OF_THE_STORE
    assert got == {"apps.orders.api.views": True, "reportlab": False}


def address_in(log: str) -> str:
    return log.partition("Listening at: ")[2].partition(" ")[0]


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_process_of_a_worker_shares_what_draws_invoices(tmp_path: Path):
    with RedisServer() as redis, celery_worker(redis.url, tmp_path / "worker") as worker:
        processes = [worker.pid, *children_of(worker.pid)]
        files = [Path(f"/proc/{pid}/maps").read_text() for pid in processes]

    assert len(files) > 2
    assert all("/PIL/" in mapped for mapped in files)
