"""A shop of a thousand products and orders beside one of a million: each read, answered by the database."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import quantiles
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.figures import Figure
from benchmarks.parts.growth_cases import CASES, Case
from benchmarks.seeding import Shop, fill
from benchmarks.stage import Stage, Web

SMALL, LARGE = (Shop(size, orders=size, off_sale=40) for size in (1_000, 1_000_000))
REPETITIONS = 80
SECONDS = 20  # after so many a case is broken off: one so slow has missed its bound already
PAGE_SIZE, LONG_PAGE, MOST_COUNTED = 20, 100, 10_000
DEEP_ROWS = 5_000 * PAGE_SIZE
NOWHERE = "127.0.0.1:1"  # without Memcached every answer is built, and nothing is kept


class WrongAnswer(Exception):
    """An answer that does not hold what the database does."""


def measure(stage: Stage) -> list[Figure]:
    """Return, for each kind of read, by how much its p95 is longer in the large shop."""
    urls = _filled(stage, "small", SMALL), _filled(stage, "large", LARGE)
    with ExitStack() as stack:
        small = stack.enter_context(_open(stage, urls[0], SMALL))
        large = stack.enter_context(_open(stage, urls[1], LARGE))
        return [_compared(case, small, large) for case in CASES]


@dataclass
class Side:
    """A shop with its server and its database."""

    shop: Shop
    web: Web
    database: psycopg.Connection[Any]
    connection: http.client.HTTPConnection
    seconds: list[float] = field(default_factory=list)

    def ask(self, path: str, token: str) -> dict[str, Any]:
        """Return the answer, having noted how long it took. Raises WrongAnswer for one that is not 200."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        start = time.perf_counter()
        self.connection.request("GET", quote(path, safe="/?&=%+"), headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        self.seconds.append(time.perf_counter() - start)
        if answer.status != 200:
            raise WrongAnswer(f"{path}: {answer.status} {body[:500]!r}")
        content: dict[str, Any] = json.loads(body)
        return content

    def p95(self) -> float:
        """Return what 95 of 100 requests stayed below, in milliseconds."""
        return quantiles(self.seconds, n=20, method="inclusive")[-1] * 1_000

    def close(self) -> None:
        """End the connections."""
        self.connection.close()
        self.database.close()


def _filled(stage: Stage, name: str, shop: Shop) -> str:
    with stage.connect() as database:
        database.execute(SQL("CREATE DATABASE {} TEMPLATE store").format(Identifier(name)))
    url = f"{stage.postgres.url.removesuffix('/store')}/{name}"
    with psycopg.connect(url, autocommit=True) as database:
        fill(database, shop)
    return url


@contextmanager
def _open(stage: Stage, url: str, shop: Shop) -> Iterator[Side]:
    with stage.web(DATABASE_URL=url, MEMCACHED_SERVERS=NOWHERE) as web:
        connection = http.client.HTTPConnection(urlsplit(web.url).netloc)
        side = Side(shop, web, psycopg.connect(url, autocommit=True), connection)
        try:
            yield side
        finally:
            side.close()


def _compared(case: Case, small: Side, large: Side) -> Figure:
    asked = {id(side): _asking(case, side) for side in (small, large)}
    for side in (small, large):
        side.connection.close()  # which has idled too long where the other side walked far
        asked[id(side)]()
        side.seconds.clear()
    until = time.monotonic() + SECONDS
    for _time in range(REPETITIONS):
        for side in (small, large):
            asked[id(side)]()
        if time.monotonic() > until:
            break
    note = f"{large.p95():.1f} against {small.p95():.1f} ms, {len(large.seconds)} times"
    return Figure(
        f"{case.name}: p95 at a million against a thousand",
        large.p95() / small.p95(),
        at_most=case.at_most,
        note=note,
    )


def _asking(case: Case, side: Side) -> Callable[[], None]:
    random = Random(1)
    token = side.web.log_in(case.reader.value) if case.reader.value else ""
    start = _far_down(case, side, token) if case.is_deep else ""
    expected = _expected(case, side)

    def ask() -> None:
        path = start or case.path_in(side.shop, random)
        content = side.ask(path, token)
        if wrong := _fault(content, expected, counted="count=false" not in path and not start):
            raise WrongAnswer(f"{path}: {wrong}")

    for _time in range(3):  # to warm up
        ask()
    return ask


def _far_down(case: Case, side: Side, token: str) -> str:
    """Return the address of the page behind page 5,000, or three quarters down a list that has no so many."""
    address = f"{case.path}cursor=&page_size={LONG_PAGE}"
    for _page in range(min(DEEP_ROWS, side.shop.products * 3 // 4) // LONG_PAGE):
        following = urlsplit(side.ask(address, token)["next"])
        address = f"{following.path}?{following.query}"
    return address.replace(f"page_size={LONG_PAGE}", f"page_size={PAGE_SIZE}")


def _expected(case: Case, side: Side) -> int | None:
    if not case.matching:
        return None
    (number,) = side.database.execute(case.matching_in(side.shop)).fetchall()[0]
    return int(number)


def _fault(content: dict[str, Any], expected: int | None, *, counted: bool) -> str:
    if expected is None:
        return "" if content.get("id") or content.get("products") else "no row"
    if len(content["results"]) != min(expected, PAGE_SIZE):
        return f"{len(content['results'])} results, of {expected}"
    if counted and content["count"] != expected and (expected <= MOST_COUNTED or content["count_exact"]):
        return f"a count of {content['count']}, of {expected}"
    return ""
