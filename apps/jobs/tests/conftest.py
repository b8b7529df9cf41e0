"""Fixtures for the tests of jobs."""

import socket
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from kombu import pools

from apps.jobs import broker
from apps.jobs.registry import HandlerFunction, _handlers, handler
from online_store.celery import app as celery_app

_numbers = count(1)


@pytest.fixture
def kind_of() -> Iterator[Callable[..., str]]:
    """Return a function that registers a handler and returns its kind, which is known to this test only."""
    kinds = []

    def register(run: HandlerFunction, **options: Any) -> str:
        kind = f"test-{next(_numbers)}"
        handler(kind, **options)(run)
        kinds.append(kind)
        return kind

    yield register
    for kind in kinds:
        del _handlers[kind]


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


def use_broker(url: str) -> None:
    pools.reset()
    celery_app.conf.broker_url = celery_app.conf.broker_write_url = url
    celery_app._pool = celery_app.amqp._producer_pool = None
