"""The plugs that can be pulled, and pulling them at random moments."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import psycopg
import redis

from scripts.chaos.processes import StoreProcess
from scripts.chaos.stage import Embedded, Production, Stage, is_up, wait_until

GAP_SECONDS = (0.5, 4.0)  # from one fault to the next
DEAD_SECONDS = (0.5, 2.0)  # until what was killed is started again
FROZEN_SECONDS = (1.0, 5.0)
BACKENDS = (
    "SELECT pid, state FROM pg_stat_activity WHERE datname = 'store' AND pid <> pg_backend_pid() ORDER BY pid"
)


class Part(Protocol):
    """A server or a process of the store."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and how to make it happen."""

    name: str
    make: Callable[[], None]  # returns when what was taken away is given back
    is_kill: bool = True  # can end something in the middle of its work


@dataclass(frozen=True)
class Incident:
    """A fault that happened."""

    fault: Fault
    began_at: float  # of time.time()
    over_at: float


@dataclass
class FaultInjector:
    """Inject one fault after the other, each kind as often as any other."""

    stage: Stage
    random: Random
    incidents: list[Incident] = field(default_factory=list)
    ended_by_themselves: list[str] = field(default_factory=list)

    def run(self, closes_at: float) -> None:
        """Inject faults until that moment of time.monotonic()."""
        kinds = _faults(self.stage, self.random)
        bag: list[Fault] = []
        while time.monotonic() < closes_at:
            time.sleep(self.random.uniform(*GAP_SECONDS))
            self.revive()
            bag = bag or self.random.sample(kinds, len(kinds))
            self._make(bag.pop())

    def revive(self) -> None:
        """Restart what has ended by itself, as a container runtime does."""
        for process in self.stage.processes:
            if process.has_ended:
                self.ended_by_themselves.append(process.name)
                process.kill()
                process.start()

    def _make(self, fault: Fault) -> None:
        began_at = time.time()
        fault.make()
        self.incidents.append(Incident(fault, began_at, time.time()))


def _faults(stage: Stage, random: Random) -> list[Fault]:
    match stage:
        case Production():
            return _production_faults(stage, random)
        case Embedded():
            return _embedded_faults(stage, random)
    raise ValueError(stage)


def _production_faults(stage: Production, random: Random) -> list[Fault]:
    def web() -> StoreProcess:
        return random.choice(stage.webs)

    def worker() -> StoreProcess:
        return random.choice(stage.workers)

    return [
        Fault("kill web", lambda: _kill(web(), random)),
        Fault("kill a child of web", lambda: web().kill_child(random)),
        Fault("kill worker", lambda: _kill_main(worker(), random)),
        Fault("kill a child of worker", lambda: worker().kill_child(random)),
        Fault("kill beat", lambda: _kill(stage.beat, random)),
        Fault("kill Redis", lambda: _kill(stage.redis, random)),
        Fault("kill Memcached", lambda: _kill(stage.memcached, random)),
        Fault("kill PostgreSQL", lambda: _kill(stage.postgres, random)),
        Fault("kill a PostgreSQL backend", lambda: _kill_backend(stage, random)),
        Fault("terminate a PostgreSQL backend", lambda: _terminate_backend(stage, random)),
        Fault("kill the payment provider", lambda: _kill(stage.payment_provider, random), is_kill=False),
        Fault("freeze the payment provider", lambda: _freeze(stage.payment_provider, random), is_kill=False),
        Fault("kill everything", lambda: _kill_everything(stage, random)),
        Fault("empty Redis", lambda: _empty(stage), is_kill=False),
        Fault("freeze web", lambda: _freeze(web(), random), is_kill=False),
        Fault("freeze worker", lambda: _freeze(worker(), random), is_kill=False),
        Fault("freeze Redis", lambda: _freeze(stage.redis, random), is_kill=False),
        Fault("freeze Memcached", lambda: _freeze(stage.memcached, random), is_kill=False),
        Fault("freeze PostgreSQL", lambda: _freeze(stage.postgres, random), is_kill=False),
    ]


def _embedded_faults(stage: Embedded, random: Random) -> list[Fault]:
    def kill() -> None:
        _kill(stage.store, random)
        # It migrates first: killed too early each time, it would never serve.
        wait_until(lambda: is_up(stage.ports[0]), "the embedded store does not come back")

    return [
        *[Fault("kill the store", kill)] * 3,
        Fault("kill its serving child", lambda: stage.store.kill_child(random)),
        Fault("freeze the store", lambda: _freeze(stage.store, random), is_kill=False),
        Fault("kill the payment provider", lambda: _kill(stage.payment_provider, random), is_kill=False),
    ]


def _kill(part: Part, random: Random) -> None:
    part.kill()
    time.sleep(random.uniform(*DEAD_SECONDS))
    part.start()


def _kill_main(process: StoreProcess, random: Random) -> None:
    process.kill_main()
    time.sleep(random.uniform(*DEAD_SECONDS))
    process.kill()
    process.start()


def _freeze(part: Part, random: Random) -> None:
    part.pause()
    time.sleep(random.uniform(*FROZEN_SECONDS))
    part.resume()


def _kill_everything(stage: Production, random: Random) -> None:
    parts: list[Part] = [*stage.processes, stage.redis, stage.memcached, stage.postgres]
    for part in random.sample(parts, len(parts)):
        part.kill()
    time.sleep(random.uniform(*DEAD_SECONDS))
    for part in random.sample(parts, len(parts)):  # the order of starting must not matter
        part.start()


def _empty(stage: Production) -> None:
    with redis.Redis.from_url(stage.redis.url, socket_timeout=5) as server:
        server.flushall()


def _kill_backend(stage: Production, random: Random) -> None:
    if backends := _backends(stage):
        with suppress(ProcessLookupError):
            os.kill(random.choice(backends), signal.SIGKILL)  # PostgreSQL then starts all of itself anew


def _terminate_backend(stage: Production, random: Random) -> None:
    if backends := _backends(stage):
        with suppress(psycopg.OperationalError), stage.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [random.choice(backends)])


def _backends(stage: Production) -> list[int]:
    """List the backends that do something, else all of them; none while PostgreSQL is starting anew."""
    try:
        with stage.connect() as connection:
            rows = connection.execute(BACKENDS).fetchall()
    except psycopg.OperationalError:
        return []
    busy = [pid for pid, state in rows if state != "idle"]
    return busy or [pid for pid, _state in rows]
