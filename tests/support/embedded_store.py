"""The embedded store as a process of its own, and a client that speaks to it."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.contract.checker import checked_live
from tests.support.prepared import load_demo, prepared_once
from tests.support.processes import running, wait_for

SERVICES = ("DATABASE_URL", "CELERY_BROKER_URL", "MEMCACHED_SERVERS")


KEYS = ("DJANGO_SECRET_KEY", "JWT_SIGNING_KEY")


DATABASE = Path("var", "store.sqlite3")
STAFF, CUSTOMER, PASSWORD = "admin", "customer", "online-store-demo"


class Shop:
    """A client of the embedded store."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False

    def call(self, method: str, path: str, *, user: str = "", body: dict | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        address = f"{self.url}/api/v1/{path}"
        return checked_live(requests.request(method, address, json=body, headers=headers, timeout=20))

    def token(self, user: str) -> str:
        answer = self.call("POST", "auth/login/", body={"username": user, "password": PASSWORD})
        return answer.json()["access"]

    def jobs(self, order_id: int) -> dict[str, str]:
        jobs = self.call("GET", f"orders/{order_id}/jobs/", user=STAFF).json()
        return {job["kind"]: job["status"] for job in jobs}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def embedded_environment(folder: Path, port: int) -> dict[str, str]:
    """Return the variables of an embedded store in the folder."""
    return {
        "STORE_EMBEDDED": "true",
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port or 8000),
        # Whatever the environment of the tests names, the embedded mode needs none of it.
        **dict.fromkeys((*SERVICES, *KEYS), ""),
    }


@contextmanager
def store(
    folder: Path, port: int, *, from_nothing: bool = False, **variables: str
) -> Iterator[tuple[Shop, object]]:
    """Run a store on what the folder holds, or else on the demo data; `from_nothing` it loads them itself."""
    shop = Shop(port)
    environment = embedded_environment(folder, port) | variables
    database = database_of(folder)
    if not (from_nothing or database.exists()):
        database.parent.mkdir()
        shutil.copy(prepared_database(), database)
    with running("manage.py", "embedded", log=folder / "store.log", **environment) as process:
        wait_for(shop.is_up)
        yield shop, process


def database_of(folder: Path) -> Path:
    return folder / DATABASE


def prepared_database() -> Path:
    """Return a migrated database with the demo data: the processes of a run make it once."""
    return prepared_once("embedded", lambda folder: load_demo(embedded_environment(folder, 0))) / DATABASE
