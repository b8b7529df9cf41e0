"""Memory of warm processes, and how soon the store answers when it is started again."""

import os
import subprocess
from pathlib import Path
from time import monotonic

from benchmarks.figures import Figure
from benchmarks.load import wrk
from benchmarks.seeding import Shop, fill
from benchmarks.stage import BASE_DIR, Stage, Web, resident_bytes, wait_until
from tests.support.servers import children_of, guarded_port

SHOP = Shop(products=2_000, orders=1_000)
MEGABYTE = 1_000_000
ORDERS = 30  # whose jobs a worker does before it is looked at
WORKER = ("-m", "celery", "-A", "online_store", "worker", "--concurrency", "2", "--without-gossip")


def measure(stage: Stage) -> list[Figure]:
    """Return memory in megabytes (of 10⁶ bytes), and seconds."""
    with stage.connect() as database:
        fill(database, SHOP)
    with stage.web() as store, stage.process(*WORKER) as worker:
        token = store.log_in("customer1")
        for path in ("/api/v1/products/", "/api/v1/orders/", "/api/v1/products/?search=garden"):
            wrk(store.url + path, headers={"Authorization": f"Bearer {token}"})
        for _ in range(ORDERS):
            store.post("/api/v1/orders/", {"items": [{"product_id": 7, "quantity": 1}]}, token)
        with stage.connect() as database:
            unfinished = "SELECT count(*) FROM jobs_job WHERE status IN ('pending', 'running')"
            wait_until(lambda: database.execute(unfinished).fetchone() == (0,))
        web = max(map(resident_bytes, children_of(store.process.pid)))
        child = max(map(resident_bytes, children_of(worker.pid)))
    embedded, seconds = _embedded(stage)
    return [
        Figure("resident memory of a web worker", web / MEGABYTE, "MB", at_most=110),
        Figure("resident memory of a Celery worker's child", child / MEGABYTE, "MB", at_most=110),
        Figure("resident memory of the embedded store", embedded / MEGABYTE, "MB", at_most=120),
        Figure("`make run`, second start: to the first 200", seconds, "s", at_most=2.5),
    ]


def _embedded(stage: Stage) -> tuple[int, float]:
    guard, port = guarded_port()
    with guard:
        _run(stage.folder / "embedded", port)
        return _run(stage.folder / "embedded", port)


def _run(folder: Path, port: int) -> tuple[int, float]:
    """Run the store by `make run`; return its memory and the seconds until it answered."""
    variables = {"VAR_DIR": str(folder), "PORT": str(port)}
    began = monotonic()
    process = subprocess.Popen(
        ["make", "-s", "run"], cwd=BASE_DIR, env=os.environ | variables, stdout=subprocess.DEVNULL
    )
    try:
        store = Web(f"http://127.0.0.1:{port}", process)
        wait_until(store.is_up)
        seconds = monotonic() - began
        for _ in range(100):
            store.get("/api/v1/products/")
        return resident_bytes(_last_child(process.pid)), seconds
    finally:
        process.terminate()
        process.wait(60)


def _last_child(process_id: int) -> int:
    """Return the process at the end of the chain: make's shell has given its place to the store."""
    while children := children_of(process_id):
        process_id = children[0]
    return process_id
