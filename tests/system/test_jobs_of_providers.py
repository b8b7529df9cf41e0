"""Circuits and jobs for later, with a real worker of two processes, PostgreSQL and Redis."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from apps.jobs.models import CircuitState, Job
from apps.jobs.services import JobSpec, enqueue
from tests.support.processes import wait_for
from tests.support.servers import RedisServer
from tests.support.workers import all_done, broker_at, celery_worker, place

pytestmark = [pytest.mark.redis, pytest.mark.long, pytest.mark.django_db(transaction=True)]
WITH_PROVIDERS = ("--include", "tests.support.provider_jobs")
CALLS = 6  # to each provider; more than the worker has processes
LATER = timedelta(seconds=2)


@pytest.fixture
def redis_server(settings) -> Iterator[RedisServer]:
    settings.STORE_EMBEDDED = False
    with RedisServer() as server, broker_at(server.url):
        yield server


def test_provider_that_hangs_stops_neither_another_one_nor_mails(
    redis_server: RedisServer, customer_api: APIClient, tmp_path: Path
):
    variables = {"WORKER_CONCURRENCY": "2", "JOB_GRACE_SECONDS": "1"}
    with socket.create_server(("127.0.0.1", 0)) as dead, answering() as alive:  # nobody accepts at the first
        order("dead", dead.getsockname()[1])
        order("alive", alive)
        with celery_worker(redis_server.url, tmp_path, *WITH_PROVIDERS, **variables):
            order_id = place(customer_api)
            wait_for(lambda: all_done(customer_api, order_id))
            wait_for(lambda: statuses("alive") == ["done"] * CALLS)
            hanging = statuses("dead")

    assert hanging == ["pending"] * (CALLS - 1) + ["running"]
    assert len(list((tmp_path / "var" / "mail").glob("*.eml"))) == 1
    assert not CircuitState.objects.filter(failures__gt=0).exists()


def test_job_for_later_and_one_that_puts_itself_off_are_done_in_their_time(
    redis_server: RedisServer, tmp_path: Path
):
    with celery_worker(redis_server.url, tmp_path, *WITH_PROVIDERS), answering() as alive:
        run_at = timezone.now() + LATER
        with transaction.atomic():
            enqueue(
                JobSpec("test_call", "later", "test:1", {"port": alive}, run_at=run_at),
                JobSpec("test_patient", "patient", "test:2"),
            )
        announced = dict(Job.objects.values_list("key", "published_at"))
        wait_for(lambda: set(Job.objects.values_list("status", flat=True)) == {"done"})

    later, patient = Job.objects.order_by("key")
    assert announced["later"] is None
    assert announced["patient"] is not None
    assert later.updated_at >= run_at
    assert patient.updated_at >= patient.created_at + timedelta(seconds=3)
    assert (later.attempts, patient.attempts) == (1, 1)
    assert "ERROR" not in (tmp_path / "worker.log").read_text()


def order(provider: str, port: int) -> None:
    with transaction.atomic():
        enqueue(
            *(
                JobSpec(
                    "test_call",
                    f"{provider}:{number}",
                    f"test:{provider}:{number}",
                    {"port": port},
                    circuit=f"provider:{provider}",
                )
                for number in range(CALLS)
            )
        )


def statuses(provider: str) -> list[str]:
    return sorted(Job.objects.filter(circuit=f"provider:{provider}").values_list("status", flat=True))


@contextmanager
def answering() -> Iterator[int]:
    """Serve a provider that answers at once, and give its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:  # closed
                    return
                with connection:
                    connection.sendall(b"1")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
