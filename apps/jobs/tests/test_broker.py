"""Messages over a real Redis: one for a job, and the sweep's for those whose message was lost."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from redis import Redis

from apps.jobs import broker, celery_steps, services
from apps.jobs.celery_steps import dispatch_due_jobs
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.factories import make_job, make_running_job
from tests.support.processes import wait_for

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]
QUEUE = "celery"


class Queue:
    """The messages that wait for a worker."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def messages(self) -> list[tuple[str, Any]]:
        """Return task and arguments of each message, the oldest first."""
        raw = [json.loads(message) for message in reversed(self._redis.lrange(QUEUE, 0, -1))]
        return [
            (message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0]) for message in raw
        ]

    def empty(self) -> None:
        self._redis.delete(QUEUE)


@pytest.fixture
def queue(settings, monkeypatch) -> Iterator[Queue]:
    settings.STORE_EMBEDDED = False
    monkeypatch.setattr(broker, "_current", None)
    with Redis.from_url(settings.CELERY_BROKER_URL) as redis:
        queue = Queue(redis)
        queue.empty()
        yield queue
        queue.empty()


def test_jobs_are_announced_once_their_change_is_stored(queue: Queue):
    with transaction.atomic():
        enqueue(order_of("a"), order_of("b"))
        before = queue.messages()
    wait_for(lambda: len(queue.messages()) == 2)

    ids = Job.objects.order_by("pk").values_list("pk", flat=True)
    assert before == []
    assert queue.messages() == [("apps.jobs.tasks.run", [job_id]) for job_id in ids]
    assert broker.waiting_messages() == 2


def test_jobs_of_one_subject_share_a_message(queue: Queue):
    with transaction.atomic():
        enqueue(*(JobSpec(kind="unknown", key=key, subject=f"order:{key[0]}") for key in ("1a", "1b", "2a")))
    wait_for(lambda: len(queue.messages()) == 2)

    first, _second, other = Job.objects.order_by("pk").values_list("pk", flat=True)
    assert sorted(queue.messages()) == [("apps.jobs.tasks.run", [job_id]) for job_id in (first, other)]


def test_jobs_of_a_change_that_is_taken_back_are_not_announced(queue: Queue):
    with transaction.atomic():
        enqueue(order_of("a"))
        transaction.set_rollback(True)
    with transaction.atomic():
        enqueue(order_of("b"))
    wait_for(queue.messages)

    assert queue.messages() == [("apps.jobs.tasks.run", [Job.objects.get().pk])]


def test_jobs_that_run_again_are_announced(queue: Queue):
    failed = make_job(status="failed")

    services.run_again([failed.pk])
    wait_for(queue.messages)

    assert queue.messages() == [("apps.jobs.tasks.run", [failed.pk])]


def test_sweep_announces_what_is_due_and_trusts_each_message_for_ten_seconds(queue: Queue):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as traveller:
        lost, died = make_job(), make_running_job(seconds_left=0)
        make_job(published_at=start)
        make_job(status="failed")
        make_job(run_at=start + timedelta(minutes=1))
        counts = [dispatch_due_jobs(), dispatch_due_jobs()]
        traveller.shift(9)
        counts.append(dispatch_due_jobs())
        first = queue.messages()
        queue.empty()
        traveller.shift(1)
        counts.append(dispatch_due_jobs())

    assert counts == [2, 0, 0, 3]
    assert sorted(first) == [("apps.jobs.tasks.run", [job.pk]) for job in (lost, died)]
    assert len(queue.messages()) == 3


def test_sweep_announces_a_postponed_job_when_its_pause_is_over(queue: Queue):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as traveller:
        make_job(run_at=start + timedelta(seconds=5), published_at=None)
        early = dispatch_due_jobs()
        traveller.shift(5)
        in_time = dispatch_due_jobs()

    assert (early, in_time) == (0, 1)


def test_sweep_says_nothing_while_the_workers_have_enough_to_do(queue: Queue, monkeypatch):
    monkeypatch.setattr(celery_steps, "MAX_PUBLISHED", 3)
    for _ in range(4):
        make_job()

    counts = [dispatch_due_jobs(), dispatch_due_jobs()]
    queue.empty()
    counts.append(dispatch_due_jobs())

    assert counts == [3, 0, 1]
    assert Job.objects.filter(published_at=None).count() == 0


def test_accepted_work_does_not_wait_for_the_messenger(queue: Queue):
    began = time.monotonic()
    for number in range(20):
        with transaction.atomic():
            enqueue(order_of(f"job-{number}"))
    seconds = time.monotonic() - began
    wait_for(lambda: len(queue.messages()) == 20)

    assert seconds < 5
    assert len({tuple(arguments) for _task, arguments in queue.messages()}) == 20


def order_of(key: str) -> JobSpec:
    return JobSpec(kind="unknown", key=key, subject=f"test:{key}")
