"""A stopping worker releases at once the jobs it cannot finish within `JOB_GRACE_SECONDS`."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order_in
from apps.shipments.tests.slow_carrier import SlowCarrier
from apps.users.models import User
from tests.support.processes import running, wait_for
from tests.support.servers import RedisServer
from tests.support.workers import broker_at, celery_worker, database_url

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
GRACE_SECONDS = 2
SLACK_SECONDS = 10  # of a busy machine; far less than the lease of 60 seconds
Worker = AbstractContextManager["subprocess.Popen[bytes]"]


@pytest.fixture
def carrier(settings) -> Iterator[SlowCarrier]:
    with SlowCarrier.running() as carrier:
        settings.SHIPPING_API_URL = carrier.url
        yield carrier


@pytest.mark.redis
def test_celery_worker_hands_back_what_it_cannot_finish(
    customer: User, staff: User, carrier: SlowCarrier, settings, tmp_path: Path
):
    settings.STORE_EMBEDDED = False
    with RedisServer() as server, broker_at(server.url):
        order = shipped_order(customer, staff)
        first, second = (
            celery_worker(server.url, folder, **environment(carrier))
            for folder in (tmp_path / "first", tmp_path / "second")
        )
        assert_handed_back_and_done_by_another(order, carrier, first, second)
    assert "Traceback" not in (tmp_path / "first" / "worker.log").read_text()


def test_worker_without_a_broker_hands_back_what_it_cannot_finish(
    customer: User, staff: User, carrier: SlowCarrier, tmp_path: Path
):
    order = shipped_order(customer, staff)
    first, second = (jobs_command(folder, carrier) for folder in (tmp_path / "first", tmp_path / "second"))
    assert_handed_back_and_done_by_another(order, carrier, first, second)


def shipped_order(customer: User, staff: User) -> Order:
    """Return an order with no work left but its shipment: other jobs of an order wait for the one in hand."""
    order = make_order_in("shipped", customer, moved_by=staff)
    Job.objects.exclude(kind="shipment").delete()
    return order


def assert_handed_back_and_done_by_another(
    order: Order, carrier: SlowCarrier, first: Worker, second: Worker
) -> None:
    with first as process:
        assert carrier.called.wait(40)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        exit_code = process.wait(GRACE_SECONDS + SLACK_SECONDS)
        seconds = time.monotonic() - began
    left = Job.objects.values("status", "attempts", "leased_until").get(kind="shipment")

    carrier.go_on.set()
    with second:
        wait_for(lambda: Job.objects.get(kind="shipment").status == "done")

    assert exit_code == 0
    assert seconds >= GRACE_SECONDS
    assert left == {"status": "pending", "attempts": 0, "leased_until": None}
    assert Job.objects.get(kind="shipment").attempts == 1
    order.refresh_from_db()
    assert order.tracking_number == next(iter(carrier.parcels.values()))


@contextmanager
def jobs_command(folder: Path, carrier: SlowCarrier) -> Iterator["subprocess.Popen[bytes]"]:
    folder.mkdir()
    variables = {"DATABASE_URL": database_url(), "VAR_DIR": str(folder / "var"), **environment(carrier)}
    with running("manage.py", "jobs", log=folder / "worker.log", **variables) as process:
        yield process


def environment(carrier: SlowCarrier) -> dict[str, str]:
    return {
        "JOB_GRACE_SECONDS": str(GRACE_SECONDS),
        "SHIPPING_API_URL": carrier.url,
        "SHIPPING_API_TIMEOUT": "60",
        "EMAIL_URL": "",
    }
