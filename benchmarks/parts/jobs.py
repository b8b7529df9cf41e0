"""The work that follows an order: how much of it a worker does, and how soon the customer has the e-mail."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import monotonic
from typing import Any

import psycopg

from benchmarks.figures import Figure
from benchmarks.seeding import Shop, fill
from benchmarks.stage import Stage, Web, cpu_seconds, wait_until
from scripts.chaos.smtp_server import SmtpServer
from tests.support.servers import children_of

SHOP = Shop(products=2_000, orders=1_000)
LINES = 2
WARM, BACKLOG = 20, 200  # orders whose jobs wait for a worker; those of the first warm it up
PER_SECOND, SECONDS = 20, 20  # orders placed at a steady pace
CLIENTS = 16
PATIENCE = 300  # seconds, on a busy machine
# As docker-compose.yml and entrypoint.sh have it.
PROCESSES = 4
WORKER = (
    f"-m celery -A online_store worker -l info --concurrency {PROCESSES} --without-gossip --without-mingle"
)
VARIABLES = {"DATABASE_POOL_SIZE": "0", "DATABASE_STATEMENT_TIMEOUT": "60"}


class Inbox(SmtpServer):
    """A mail server that notes when each message has come, by its Message-ID."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "mail", Random())
        self.came_at: dict[str, float] = {}  # by time.monotonic()

    def next_fault(self) -> str:
        """Return that nothing goes wrong."""
        return ""

    def keep(self, content: bytes, recipients: list[str], *, is_told: bool) -> None:
        """Note the time, and let the message go."""
        found = re.search(rb"^Message-ID: <([^@>]+)", content, re.MULTILINE)
        assert found, content[:1_000]
        self.came_at[found[1].decode()] = monotonic()


def measure(stage: Stage) -> list[Figure]:
    """Return invoices per second of a worker, and the seconds from an accepted order to its e-mail."""
    with stage.connect() as database, Inbox(stage.folder) as inbox, stage.web() as store:
        fill(database, SHOP)
        token = store.log_in("customer1")
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda _number: _place(store, token), range(WARM + BACKLOG)))
        mail = {"EMAIL_URL": inbox.url, "EMAIL_FROM": "store@example.com"}
        with stage.process(*WORKER.split(), **VARIABLES, **mail) as worker:
            return [*_backlog(database, worker), *_pace(database, store, token, inbox)]


def _backlog(database: psycopg.Connection[Any], worker: Any) -> list[Figure]:
    wait_until(lambda: _done(database, "invoice") >= WARM, PATIENCE)
    begun, began, cpu = _done(database, "invoice"), monotonic(), cpu_seconds(worker)
    wait_until(lambda: _done(database, "invoice") == WARM + BACKLOG, PATIENCE)
    seconds, invoices = monotonic() - began, WARM + BACKLOG - begun
    wait_until(lambda: _done(database, "confirmation_email") == WARM + BACKLOG, PATIENCE)
    assert len(children_of(worker.pid)) == PROCESSES  # the one that ended would have taken its time along
    milliseconds = 1_000 * (cpu_seconds(worker) - cpu) / invoices
    note = f"of a backlog of {BACKLOG} orders of {LINES} lines, whose e-mails are sent meanwhile"
    return [
        Figure(f"invoices of a worker of {PROCESSES} processes", invoices / seconds, "per second", note=note),
        Figure("processor time of a worker for an order's invoice and e-mail", milliseconds, "ms"),
    ]


def _pace(database: psycopg.Connection[Any], store: Web, token: str, inbox: Inbox) -> list[Figure]:
    began, count = monotonic(), PER_SECOND * SECONDS

    def place(number: int) -> tuple[int, float]:
        time.sleep(max(0.0, began + number / PER_SECOND - monotonic()))
        return _place(store, token), monotonic()

    with ThreadPoolExecutor(CLIENTS) as pool:
        accepted_at = dict(pool.map(place, range(count)))
    seconds = max(accepted_at.values()) - began
    wait_until(lambda: _done(database, "confirmation_email") == WARM + BACKLOG + count, PATIENCE)
    waits = [inbox.came_at[_message_of(database, order)] - at for order, at in accepted_at.items()]
    name = f"order accepted → e-mail sent, at {PER_SECOND} orders/s"
    note = f"{count} orders at {count / seconds:.1f}/s, by {PROCESSES} processes of a worker"
    return [
        Figure(f"{name}: median", median(waits), "s", note=note),
        Figure(f"{name}: p99", quantiles(waits, n=100)[-1], "s", note=f"the longest {max(waits):.2f} s"),
    ]


def _place(store: Web, token: str) -> int:
    items = [{"product_id": 1 + number, "quantity": 1} for number in range(LINES)]
    answer = store.post("/api/v1/orders/", {"items": items}, token)
    return int(json.loads(answer.body)["id"])


def _done(database: psycopg.Connection[Any], kind: str) -> int:
    counted = "SELECT count(*) FROM jobs_job WHERE status = 'done' AND kind = %s"
    (count,) = database.execute(counted, [kind]).fetchone() or (0,)
    return int(count)


def _message_of(database: psycopg.Connection[Any], order_id: int) -> str:
    """Return the job of the order's e-mail, by which the message is named."""
    found = database.execute("SELECT uuid FROM jobs_job WHERE key = %s", [f"confirmation_email:{order_id}"])
    (uuid,) = found.fetchone() or ("",)
    return str(uuid)
