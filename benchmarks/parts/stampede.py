"""Two hundred clients who ask at once for a list that was just dropped."""

import re
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from threading import Barrier
from time import perf_counter

from benchmarks.figures import Figure
from benchmarks.seeding import Shop, fill
from benchmarks.stage import STAFF, Stage, Web

SHOP = Shop(products=2_000)
CLIENTS, ROUNDS = 200, 10
LIST, PRODUCT = "/api/v1/products/?page_size=100", "/api/v1/products/7/"
METRICS_TOKEN = "bench"


def measure(stage: Stage) -> list[Figure]:
    """Return how often the list was made, and how much longer the last client waited than for a kept one."""
    with stage.connect() as database:
        fill(database, SHOP)
    made, extra = [], []
    with stage.web(METRICS_TOKEN=METRICS_TOKEN) as store, ThreadPoolExecutor(CLIENTS) as pool:
        token = store.log_in(STAFF)
        for number in range(ROUNDS):
            _drop(store, token, number)
            alone = _seconds(store)
            kept = _longest(store, pool)
            _drop(store, token, number + ROUNDS)
            before = _misses(store)
            dropped = _longest(store, pool)
            made.append(_misses(store) - before)
            extra.append((dropped - kept) / alone)
    return [
        Figure("stampede of 200: times that the list was made, at most", max(made), "", at_most=3),
        Figure(
            "stampede of 200: wait beyond that for a kept list, in computations",
            median(extra),
            at_most=2,
            rounds={"extra": extra},
        ),
    ]


def _drop(store: Web, token: str, number: int) -> None:
    store.patch(PRODUCT, {"price": f"{100 + number}.00"}, token)


def _seconds(store: Web) -> float:
    began = perf_counter()
    store.get(LIST)
    return perf_counter() - began


def _longest(store: Web, pool: ThreadPoolExecutor) -> float:
    barrier = Barrier(CLIENTS)

    def ask(_number: int) -> float:
        barrier.wait()
        return _seconds(store)

    return max(pool.map(ask, range(CLIENTS)))


def _misses(store: Web) -> float:
    text = store.get("/metrics", METRICS_TOKEN).body.decode()
    found = re.search(r'store_cache_reads_total\{namespace="products",outcome="miss"\} ([\d.e+]+)', text)
    return float(found[1]) if found else 0.0
