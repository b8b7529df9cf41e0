"""A broker that accepts connections and says nothing holds up nobody who orders work."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest
from django.db import transaction

from apps.jobs import broker
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.conftest import use_broker
from online_store.celery import app as celery_app
from tests.support.processes import wait_for


@pytest.fixture
def silent_broker(settings, monkeypatch) -> Iterator[None]:
    before = celery_app.conf.broker_url
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.STORE_EMBEDDED = False
        monkeypatch.setattr(broker, "_current", None)
        use_broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        yield
        messenger = broker._current
    # The broker is gone now: what waits is given up quickly, and is no message of the next test.
    wait_for(messenger._waiting.empty)
    use_broker(before)


@pytest.mark.django_db(transaction=True)
def test_work_is_ordered_without_waiting(silent_broker: None):
    began = time.monotonic()
    for number in range(10):
        with transaction.atomic():
            enqueue(JobSpec(kind="unknown", key=f"job-{number}", subject="test:1"))
    seconds = time.monotonic() - began

    assert seconds < 2
    assert Job.objects.count() == 10


def test_more_messages_than_can_wait_are_left_to_the_sweep(
    silent_broker: None, monkeypatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(broker, "MAX_WAITING", 3)

    with caplog.at_level(logging.WARNING, logger="apps.jobs.broker"):
        broker.notify([1])
        wait_for(broker._current._waiting.empty)  # it is on its way
        broker.notify(range(2, 11))

    assert left_to_the_sweep(caplog) == [5, 6, 7, 8, 9, 10]


def left_to_the_sweep(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [record.args[0] for record in caplog.records if "is left to the sweep" in record.msg]
