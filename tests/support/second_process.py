"""A second process of the store, on the database and the cache of a test, with a clock that can be moved."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from tests.support.processes import running, wait_for
from tests.support.production_server import TIMEOUT_SECONDS, free_port
from tests.support.workers import database_url

HOST = "testserver"  # of Django's test client: the links in both processes' answers are the same


class SecondProcess:
    """A client of the other process, which shows it the same requests as the test client does this one."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.headers.update({"Host": HOST, "Accept-Encoding": "identity"})

    def close(self) -> None:
        self._session.close()

    def is_up(self) -> bool:
        try:
            return self.send("GET", "/healthz").status_code == 200
        except requests.RequestException:
            return False

    def send(
        self, method: str, path: str, body: Any = None, *, now: float | None = None, **headers: str
    ) -> requests.Response:
        """Send a request, which the other process takes for one of `now`, in seconds since 1970."""
        clock = {} if now is None else {"X-Now": str(now)}
        return self._session.request(
            method, f"{self._url}{path}", json=body, headers=headers | clock, timeout=TIMEOUT_SECONDS
        )


@contextmanager
def second_process(folder: Path) -> Iterator[SecondProcess]:
    """Serve by gunicorn, on the test's database and cache."""
    port = free_port()
    cache = settings.CACHES["default"]
    variables = {
        "DJANGO_SETTINGS_MODULE": "online_store.settings",
        "DJANGO_ALLOWED_HOSTS": HOST,
        "DATABASE_URL": database_url(),
        "DJANGO_SECRET_KEY": settings.SECRET_KEY,
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "1",  # the clock is the whole process's
    }
    if settings.STORE_EMBEDDED:
        variables |= {"STORE_EMBEDDED": "true", "VAR_DIR": str(Path(cache["LOCATION"]).parent)}
    else:
        servers = ",".join(cache["LOCATION"])
        variables |= {"STORE_EMBEDDED": "false", "MEMCACHED_SERVERS": servers, "VAR_DIR": str(folder)}
    gunicorn = ("-m", "gunicorn", "tests.support.moved_clock:application", "--bind", f"127.0.0.1:{port}")
    log = folder / "web.log"
    with running(*gunicorn, log=log, **variables), closing(SecondProcess(port)) as other:
        wait_for(other.is_up)
        yield other
