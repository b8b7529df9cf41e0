"""With LOG_FORMAT=json every line that the containers' commands write is one JSON object."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.embedded_store import database_of, prepared_database
from tests.support.processes import running, wait_for
from tests.support.servers import RedisServer

pytestmark = [
    pytest.mark.long,
    pytest.mark.redis,
    pytest.mark.skipif(not Path("/dev/shm").exists(), reason="gunicorn.conf.py is for Linux"),
]

PASSWORD = "correct-horse-battery"
FIELDS = {"time", "level", "logger", "message", "request_id", "job_id"}


class Log:
    """What one command writes, to standard output and standard error."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[dict]:
        """Parse every line that is written to its end."""
        text = self.path.read_text() if self.path.exists() else ""
        return [json.loads(line) for line in text.rpartition("\n")[0].split("\n") if text]

    def find(self, **values: object) -> list[dict]:
        """Return the lines whose message begins so, and whose other fields are so."""
        message = str(values.pop("message", ""))
        return [
            line
            for line in self.lines()
            if line["message"].startswith(message)
            and all(line[name] == value for name, value in values.items())
        ]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    if RedisServer.find() is None:
        pytest.skip("needs the program redis-server")
    database_of(tmp_path).parent.mkdir()
    shutil.copy(prepared_database(), database_of(tmp_path))
    with RedisServer() as server:
        yield {
            "CELERY_BROKER_URL": server.url,
            "DATABASE_URL": "",
            "EMAIL_URL": "",
            "LOG_FORMAT": "json",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STORE_EMBEDDED": "false",
            "VAR_DIR": str(tmp_path / "var"),
            "WEB_ACCESS_LOG": "-",
            "WEB_CONCURRENCY": "2",
            "WORKER_CONCURRENCY": "1",
        }


@contextmanager
def container(
    role: str, *arguments: str, environment: dict[str, str], folder: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", Log]]:
    path = folder / f"{role}.log"
    command = ["entrypoint.sh", role, *arguments]
    with running(*command, program="/bin/sh", log=path, **environment) as process:
        yield process, Log(path)


def test_every_line_of_web_worker_and_beat_is_json(environment: dict[str, str], tmp_path: Path):
    with container("web", "--bind", "127.0.0.1:0", environment=environment, folder=tmp_path) as (
        web,
        web_log,
    ):
        url = wait_for(lambda: web_log.find(message="Listening at: "))[0]["message"].split()[2]
        place_order(url, request_id="checkout-42")
        misbehave(url)
        with (
            container("worker", environment=environment, folder=tmp_path) as (worker, worker_log),
            container("beat", environment=environment, folder=tmp_path) as (beat, beat_log),
        ):
            done = wait_for(lambda: worker_log.find(message="Job invoice:1 done"))
            wait_for(lambda: worker_log.find(message="Job confirmation_email:1 done"))
            wait_for(lambda: beat_log.find(message="beat: Starting"))
            for process in (beat, worker, web):
                process.send_signal(signal.SIGTERM)
            exit_codes = [process.wait(40) for process in (beat, worker, web)]
        logs = {"web": web_log.lines(), "worker": worker_log.lines(), "beat": beat_log.lines()}

    assert exit_codes == [0, 0, 0]
    for lines in logs.values():
        assert all(set(line) - {"exception"} == FIELDS for line in lines)
        assert all(line["time"].endswith("Z") and datetime.fromisoformat(line["time"]) for line in lines)
    assert [(line["logger"], line["request_id"], line["job_id"]) for line in done] == [
        ("apps.jobs.runner", "checkout-42", 2)  # the first one confirms the address
    ]
    loggers = {role: {line["logger"] for line in lines} for role, lines in logs.items()}
    assert loggers["web"] >= {"gunicorn.error", "gunicorn.access", "django.request"}
    assert loggers["worker"] >= {"celery.apps.worker", "celery.worker.strategy", "celery.app.trace"}
    assert "celery.beat" in loggers["beat"]
    accesses = web_log.find(logger="gunicorn.access", request_id="checkout-42")
    assert ['"POST /api/v1/orders/ HTTP/1.1" 201' in line["message"] for line in accesses] == [True]
    assert web_log.find(level="CRITICAL") == []


def place_order(url: str, *, request_id: str) -> None:
    """Buy something as a new customer."""
    login = {"username": "olga", "password": PASSWORD}
    register = requests.post(
        f"{url}/api/v1/auth/register/", json={**login, "email": "olga@example.com"}, timeout=20
    )
    assert register.status_code == 201
    token = requests.post(f"{url}/api/v1/auth/login/", json=login, timeout=20).json()["access"]
    placed = requests.post(
        f"{url}/api/v1/orders/",
        json={"items": [{"product_id": 1, "quantity": 1}]},
        headers={"Authorization": f"Bearer {token}", "X-Request-ID": request_id},
        timeout=20,
    )
    assert placed.status_code == 201


def misbehave(url: str) -> None:
    """Send what tries to forge lines, and what is no request at all."""
    forged = '%0A{"level":"CRITICAL","message":"forged"}%0D%0A'
    for path in (f"/api/v1/{forged}", f"/{forged}?{forged}"):
        assert (
            requests.get(f"{url}{path}", headers={"User-Agent": 'x" {"level":'}, timeout=20).status_code
            == 404
        )
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(b'{"level":"CRITICAL"}\nNo \xff request\r\n\r\n')
        assert connection.recv(64).startswith(b"HTTP/1.1 400")
