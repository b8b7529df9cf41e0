"""A handler can put its job off: that is no failure, and no attempt is used up."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.jobs import services
from apps.jobs.circuit_breaker import FAILURES_TO_PAUSE, PAUSE_SECONDS
from apps.jobs.exceptions import RunLater
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


class Away(Exception):
    """The provider does not answer."""


class Provider:
    """What a job asks, and what comes of it: an exception, or nothing when the job is done."""

    def __init__(self) -> None:
        self.outcome: Exception | None = RunLater(NOON + HOUR)
        self.calls = 0
        self.kind = ""

    def ask(self, job: Job) -> None:
        self.calls += 1
        if self.outcome is not None:
            raise self.outcome


@pytest.fixture
def provider(kind_of: Callable[..., str]) -> Provider:
    provider = Provider()
    provider.kind = kind_of(provider.ask, retry_on=(Away,), attempts=3, limit=2)
    return provider


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_job_waits_for_the_time_with_its_attempt_given_back(provider: Provider, clock, caplog):
    job = make_job(provider.kind, published_at=NOON, attempts=1, last_error="Away")
    caplog.set_level(logging.INFO)

    count = run_job(job.pk)

    assert (count, provider.calls) == (1, 1)
    assert Job.objects.values(
        "status", "attempts", "run_at", "published_at", "lease", "leased_until", "last_error"
    ).get() == {
        "status": "pending",
        "attempts": 1,
        "run_at": NOON + HOUR,
        "published_at": None,
        "lease": None,
        "leased_until": None,
        "last_error": "",
    }
    lines = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "apps.jobs.runner"
    ]
    assert lines == [("INFO", f"Job {job.key} runs again at 2026-03-01 13:00:00+00:00")]


def test_job_is_done_after_more_calls_than_it_has_attempts(provider: Provider, clock):
    job = make_job(provider.kind)
    for hours in range(1, 6):
        provider.outcome = RunLater(NOON + hours * HOUR)
        run_due_jobs()
        clock.shift(HOUR)
    provider.outcome = None

    run_due_jobs()

    job.refresh_from_db()
    assert (job.status, job.attempts, provider.calls) == ("done", 1, 6)


def test_failures_before_count_all_the_same(provider: Provider, clock):
    job = make_job(provider.kind, attempts=1)
    run_job(job.pk)
    provider.outcome = Away()
    clock.shift(HOUR)
    run_job(job.pk)
    clock.shift(HOUR)

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("failed", 3)


def test_circuit_counts_no_failure(provider: Provider, clock):
    for _ in range(2 * FAILURES_TO_PAUSE):
        run_job(make_job(provider.kind).pk)

    assert CircuitState.objects.values("failures", "paused_until").get() == {
        "failures": 0,
        "paused_until": None,
    }


def test_provider_that_answers_ends_the_pause(provider: Provider, clock):
    planned = make_job(provider.kind, run_at=NOON + 2 * HOUR)
    provider.outcome = Away()
    failed = [make_job(provider.kind) for _ in range(FAILURES_TO_PAUSE)]
    for job in failed:
        run_job(job.pk)
    clock.shift(PAUSE_SECONDS)
    provider.outcome = RunLater(NOON + 3 * HOUR)

    run_job(make_job(provider.kind).pk)

    assert CircuitState.objects.values("failures", "paused_until").get() == {
        "failures": 0,
        "paused_until": None,
    }
    planned.refresh_from_db()
    assert planned.run_at == NOON + 2 * HOUR


def test_job_of_a_worker_that_dies_before_it_is_put_off_is_asked_about_again(provider: Provider, clock):
    job = make_running_job(provider.kind, seconds_left=0)

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.run_at, provider.calls) == ("pending", NOON + HOUR, 1)


def test_worker_that_lost_the_job_puts_nothing_off(provider: Provider, clock):
    slow = services.claim(make_job(provider.kind).pk)
    clock.shift(timedelta(seconds=60))
    holder = services.claim(slow.pk)

    services.run_later(slow, NOON + HOUR)

    job = Job.objects.get()
    assert (job.status, job.lease, job.run_at) == ("running", holder.lease, slow.run_at)
