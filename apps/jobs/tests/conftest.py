"""Fixtures for the tests of jobs."""

import socket
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from kombu import pools

from apps.jobs import broker
from apps.jobs.circuit_registry import _declared, register_circuit
from apps.jobs.registry import HandlerFunction, _handlers, handler
from online_store.celery import app as celery_app

_numbers = count(1)


@pytest.fixture
def kind_of() -> Iterator[Callable[..., str]]:
    """Return a function that registers a handler and returns its kind, which is known to this test only.

    With a limit the kind gets a circuit of its own.
    """
    handlers, circuits = dict(_handlers), dict(_declared)

    def register(run: HandlerFunction, *, limit: int | None = None, **options: Any) -> str:
        kind = f"test-{next(_numbers)}"
        if limit is not None:
            register_circuit(kind, limit=limit)
            options["circuit"] = kind
        handler(kind, **options)(run)
        return kind

    yield register
    restore(_handlers, handlers)
    restore(_declared, circuits)


@pytest.fixture
def broker_away(settings, monkeypatch) -> Iterator[None]:
    """Give the store a broker that refuses every connection."""
    with socket.socket() as circuit:
        circuit.bind(("127.0.0.1", 0))  # nobody listens, and nobody else gets the port
        settings.STORE_EMBEDDED = False
        monkeypatch.setattr(broker, "_current", None)
        before = celery_app.conf.broker_url
        use_broker(f"redis://127.0.0.1:{circuit.getsockname()[1]}/0")
        yield
        use_broker(before)


def restore(registry: dict[str, Any], before: dict[str, Any]) -> None:
    registry.clear()
    registry.update(before)


def use_broker(url: str) -> None:
    pools.reset()
    celery_app.conf.broker_url = celery_app.conf.broker_write_url = url
    celery_app._pool = celery_app.amqp._producer_pool = None
