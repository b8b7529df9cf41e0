"""gunicorn as in production, with two processes: each tells the figures of both, and of those before them."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from prometheus_client.multiprocess import MultiProcessCollector

from tests.support.processes import running, wait_for

pytestmark = pytest.mark.skipif(not Path("/dev/shm").exists(), reason="gunicorn.conf.py is for Linux")

TOKEN = "scrape-" * 8
CLIENTS = 4


class Server:
    """A running gunicorn, which chose its port itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = wait_for(self._address)
        wait_for(lambda: len(self.pids()) == 2)

    def get(self, path: str, *, token: str = TOKEN) -> requests.Response:
        return requests.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def healthz_requests(self) -> float:
        lines = self.get("/metrics").text.splitlines()
        name = 'store_requests_total{method="GET",route="healthz",status="200"} '
        return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))

    def counted_by_each(self) -> dict[str, float]:
        """Return what each process has counted, by the names of their files."""
        counted = {}
        for path in self.folder.glob("store-metrics-*/counter_*.db"):
            families = MultiProcessCollector.merge([str(path)])
            counted[path.name] = sum(
                sample.value
                for family in families
                for sample in family.samples
                if family.name == "store_requests"
            )
        return counted

    def pids(self) -> list[int]:
        """Return the processes that have been started."""
        return [int(line.rpartition(": ")[2]) for line in self._log() if "Booting worker with pid" in line]

    def _address(self) -> str:
        found = [line for line in self._log() if "Listening at: " in line]
        return found[0].partition("Listening at: ")[2].split()[0] if found else ""

    def _log(self) -> list[str]:
        return (self.folder / "web.log").read_text().splitlines()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    arguments = ["-m", "gunicorn", "online_store.wsgi:application", "--bind", "127.0.0.1:0"]
    environment = {
        "DATABASE_URL": "",
        "LOG_FORMAT": "text",
        "METRICS_TOKEN": TOKEN,
        "STORE_EMBEDDED": "false",
        "TMPDIR": str(tmp_path),
        "VAR_DIR": str(tmp_path / "var"),
        "WEB_CONCURRENCY": "2",
    }
    with running(*arguments, log=tmp_path / "web.log", **environment):
        yield Server(tmp_path)


def ask(server: Server, times: int) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda _: server.get("/healthz").status_code, range(times)))
    assert answers == [200] * times


def test_figures_add_up_over_processes_and_outlive_them(server: Server):
    asked = 0

    def both_have_counted() -> bool:
        nonlocal asked
        ask(server, 20)
        asked += 20
        return len([count for count in server.counted_by_each().values() if count]) == 2

    wait_for(both_have_counted)
    told = {server.healthz_requests() for _ in range(10)}
    each = server.counted_by_each()

    killed = server.pids()[0]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: len(server.pids()) == 3)
    ask(server, 20)

    assert told == {asked}
    assert sorted(each) == ["counter_0.db", "counter_1.db"]
    assert sum(each.values()) == asked
    assert server.healthz_requests() == asked + 20
    assert sorted(server.counted_by_each()) == ["counter_0.db", "counter_1.db"]


@pytest.mark.long
def test_server_that_ends_leaves_nothing_behind(tmp_path: Path, server: Server):
    assert list(tmp_path.glob("store-metrics-*"))
    master = int(
        (tmp_path / "web.log").read_text().partition("Listening at: ")[2].split("(")[1].split(")")[0]
    )

    os.kill(master, signal.SIGTERM)

    wait_for(lambda: not list(tmp_path.glob("store-metrics-*")))
