"""The store as it serves in production, on a database of the test's own: gunicorn, and a worker beside it."""

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.contract.checker import checked_live
from tests.support.prepared import load_demo, prepared_once
from tests.support.processes import running, wait_for
from tests.support.servers import PostgresServer

CUSTOMER, PASSWORD = "customer", "online-store-demo"
PLENTY = 1_000_000  # pieces of each product
TIMEOUT_SECONDS = 30
PAUSE_SECONDS = (
    0.02  # between the requests of a thread: the server is busy, and the machine has time for others
)


class Store:
    """A client of a running store; each thread keeps a connection of its own, as browsers do."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._token = ""
        self._own = threading.local()

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except requests.RequestException:
            return False

    def log_in(self) -> None:
        login = {"username": CUSTOMER, "password": PASSWORD}
        self._token = self.post("/api/v1/auth/login/", login).json()["access"]

    def get(self, path: str) -> requests.Response:
        return self._request("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self._request("POST", path, json=body)

    def place_order(self, product_id: int) -> requests.Response:
        return self.post("/api/v1/orders/", {"items": [{"product_id": product_id, "quantity": 1}]})

    def _request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        response = self._own.session.request(
            method, f"{self.url}{path}", headers=headers, timeout=TIMEOUT_SECONDS, **arguments
        )
        return checked_live(response)


def prepared_postgres() -> PostgresServer:
    """Return a server with the demo data and plenty of each product."""
    return PostgresServer(copy_of=prepared_once("postgres", _prepare) / "data")


def _prepare(folder: Path) -> None:
    with PostgresServer() as server:
        load_demo(production_environment(server.url, folder))
        with psycopg.connect(server.url) as database:
            database.execute("UPDATE catalog_product SET stock = %s", [PLENTY])
        server.leave_files(folder / "data")


def production_environment(database_url: str, folder: Path) -> dict[str, str]:
    """Return the variables of a store on this database, without Redis and Memcached."""
    return {
        "DATABASE_URL": database_url,
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
        "STORE_EMBEDDED": "true",
        "SHIPPING_API_URL": "http://127.0.0.1:9/",
        "VAR_DIR": str(folder / "var"),
    }


@contextmanager
def serving(database_url: str, folder: Path, **variables: str) -> Iterator[Store]:
    """Serve from a prepared database with two processes and a worker of two threads."""
    environment = production_environment(database_url, folder) | variables
    port = free_port()
    gunicorn = ("-m", "gunicorn", "online_store.wsgi:application", "--bind", f"127.0.0.1:{port}")
    sizes = ("--workers", "2", "--threads", "8", "--max-requests", "0")
    store = Store(port)
    with (
        running("manage.py", "jobs", "--threads", "2", log=folder / "jobs.log", **environment),
        running(*gunicorn, *sizes, log=folder / "web.log", **environment),
    ):
        wait_for(store.is_ready)
        store.log_in()
        yield store


@contextmanager
def busy(threads: int, work: Callable[[int], requests.Response]) -> Iterator[list[requests.Response]]:
    """Keep doing the work in so many threads while the block runs; yields the answers as they come."""
    over, numbers = threading.Event(), count(1)
    answers: list[requests.Response] = []

    def keep_working() -> None:
        while not over.wait(PAUSE_SECONDS):
            answers.append(work(next(numbers)))

    with ThreadPoolExecutor(threads) as pool:
        hands = [pool.submit(keep_working) for _thread in range(threads)]
        try:
            yield answers
        finally:
            over.set()
    for hand in hands:
        hand.result()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
