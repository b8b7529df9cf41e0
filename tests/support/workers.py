"""Real Celery workers on the database of a test, and the broker that they share with the test's process."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from kombu import pools
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs import broker
from online_store.celery import app as celery_app
from tests.support.processes import running, wait_for

ORDERS = "/api/v1/orders/"


def database_url(*, port: int | None = None, name: str = "") -> str:
    """Return the address of the test's database; of another one, or another way to the server, if given."""
    options = settings.DATABASES["default"]
    name = name or connection.settings_dict["NAME"]
    if connection.vendor != "postgresql":
        return f"sqlite:///{name}"
    where = f"{options['HOST']}:{port or options['PORT']}"
    return f"postgres://{options['USER']}:{options['PASSWORD']}@{where}/{name}"


@contextmanager
def celery_worker(
    broker_url: str, folder: Path, *options: str, is_ready: bool = True, **environment: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Celery worker on the database of this test, and wait until it takes messages."""
    command = ("-m", "celery", "-A", "online_store", "worker", "-l", "info", "--concurrency", "2", *options)
    environment = {
        "DATABASE_URL": database_url(),
        "DATABASE_POOL_SIZE": "0",
        "CELERY_BROKER_URL": broker_url,
        "STORE_EMBEDDED": "false",
        "VAR_DIR": str(folder / "var"),
        **environment,
    }
    folder.mkdir(exist_ok=True)
    log = folder / "worker.log"
    with running(*command, log=log, **environment) as process:
        if is_ready:
            wait_for(lambda: b"ready." in log.read_bytes())
        yield process


@contextmanager
def broker_at(url: str, **options: Any) -> Iterator[None]:
    """Let this process speak to another broker, with further transport options."""
    before = celery_app.conf.broker_url, celery_app.conf.broker_transport_options, broker._current
    broker._current = None
    try:
        _use(url, {**before[1], **options})
        yield
    finally:
        _use(before[0], before[1])
        broker._current = before[2]


def place(client: APIClient) -> int:
    """Place an order and return its id."""
    response = client.post(ORDERS, {"items": [{"product_id": make_product().pk, "quantity": 1}]})
    assert response.status_code == 201
    return response.json()["id"]


def all_done(client: APIClient, order_id: int) -> bool:
    """Tell whether the work that follows the order is done."""
    return {job["status"] for job in client.get(f"{ORDERS}{order_id}/jobs/").json()} == {"done"}


def _use(url: str, options: dict[str, Any]) -> None:
    pools.reset()
    celery_app.conf.broker_url = celery_app.conf.broker_write_url = url
    celery_app.conf.broker_transport_options = options
    celery_app._pool = celery_app.amqp._producer_pool = None
