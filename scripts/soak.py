"""Use the store for a while with nothing going wrong, and see whether anything of it grows.

Starts what `make chaos` starts, with the same actors. Compares the resident memory of each process and the
count of connections, early and at the end, and shows what the tables of PostgreSQL hold besides their rows.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import cast

import redis

from scripts.chaos.actors import actors_of, night_clerk, open_shop
from scripts.chaos.faults import FaultInjector
from scripts.chaos.journal import Day, Journal
from scripts.chaos.settling import settle
from scripts.chaos.smtp_server import SmtpServer
from scripts.chaos.stage import Production
from tests.support.servers import children_of

WARM_SECONDS = 120.0  # by then every process has loaded what it needs
MAX_GROWTH = 0.05  # of resident memory
MAX_NEW_CONNECTIONS = 2  # the samples of a moment differ by a request or two
BUYERS = 8
TABLES = """
    SELECT relname, n_live_tup, n_dead_tup, pg_total_relation_size(relid), n_tup_upd, n_tup_hot_upd,
        autovacuum_count
    FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT 12
"""


@dataclass(frozen=True)
class Sample:
    """What the parts use at one moment."""

    memory: dict[tuple[str, int], int]  # bytes, by name and process id
    postgres_connections: int
    redis_connections: int


def main() -> int:
    """Return 0 when nothing grew, 1 when something did."""
    parser = argparse.ArgumentParser(prog="python -m scripts.soak", description=str(__doc__))
    parser.add_argument("--seconds", type=float, default=os.environ.get("SOAK_SECONDS") or "600")
    seconds = parser.parse_args().seconds
    folder = Path(tempfile.mkdtemp(prefix="store-soak-"))
    try:
        smtp_server = SmtpServer(folder / "mails", Random("soak"))
        with smtp_server:
            stage = Production(folder, smtp_server, carrier_faults=())
            # A renewed process would hide what grows.
            stage.environment["GUNICORN_CMD_ARGS"] = "--max-requests 0"
            with stage:
                return soak(stage, seconds)
    finally:
        shutil.rmtree(folder)


def soak(stage: Production, seconds: float) -> int:
    """Let the actors use the store for so many seconds, print the outcome, return 1 when something grew."""
    shop = open_shop(stage, BUYERS)
    journal, day = Journal(), Day(seconds)
    actors = actors_of(shop, stage, journal, day, "soak")
    with ThreadPoolExecutor(len(actors)) as crowd:
        shifts = [crowd.submit(run, day) for run in actors]
        time.sleep(min(WARM_SECONDS, seconds / 2))
        early = take_sample(stage)
        for shift in shifts:
            shift.result()
    late = take_sample(stage)
    settle(stage, FaultInjector(stage, Random("soak")), night_clerk(shop, stage, journal, "soak"))
    requests, orders = journal.tally["requests"], len(journal.orders)
    print(f"{requests:,} requests, {orders:,} orders requested in {seconds:g} seconds")
    print_tables(stage)
    failures = [*compare(early, late), *journal.unexpected_responses, *stage.differences("verify_stock")]
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


def take_sample(stage: Production) -> Sample:
    """Look at every process of the store, and at its services from inside."""
    memory = {
        (process.name, pid): resident_bytes(pid)
        for process in stage.processes
        for pid in [process.pid, *children_of(process.pid)]
    }
    with stage.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'store'").fetchone()
    with redis.Redis.from_url(stage.redis.url, socket_timeout=5) as server:
        clients = cast(dict[str, int], server.info("clients"))["connected_clients"]
    return Sample(memory, cast(tuple[int], row)[0], clients)


def compare(early: Sample, late: Sample) -> Iterator[str]:
    """Print both samples side by side and yield what grew."""
    print(f"\n{'Resident memory, MB':<30}{'early':>8}{'end':>8}{'growth':>9}")
    for (name, pid), before in early.memory.items():
        if (after := late.memory.get((name, pid))) is None:
            print(f"  {name + ' ' + str(pid):<28}{before / 2**20:>8.1f}  was renewed")
            continue
        growth = after / before - 1
        print(f"  {name + ' ' + str(pid):<28}{before / 2**20:>8.1f}{after / 2**20:>8.1f}{growth:>9.1%}")
        if growth > MAX_GROWTH:
            yield f"{name} grew by {growth:.1%}"
    for title in ("postgres_connections", "redis_connections"):
        before, after = getattr(early, title), getattr(late, title)
        print(f"  {title.replace('_', ' '):<28}{before:>8}{after:>8}")
        if after > before + MAX_NEW_CONNECTIONS:
            yield f"{title}: {before}, then {after}"


def print_tables(stage: Production) -> None:
    """Print the largest tables with their dead rows."""
    print(f"\n{'Tables':<32}{'rows':>8}{'dead':>8}{'KB':>9}{'updates':>9}{'hot':>8}{'vacuums':>9}")
    with stage.connect() as connection:
        for name, live, dead, size, updates, hot, vacuums in connection.execute(TABLES).fetchall():
            print(f"  {name:<30}{live:>8}{dead:>8}{size // 1024:>9}{updates:>9}{hot:>8}{vacuums:>9}")


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, on Linux."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
