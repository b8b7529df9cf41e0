"""A rate-limited kind depends on somebody else: so many jobs at a time, and a pause when they fail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError

from apps.core.tests.threads import at_once
from apps.jobs import services
from apps.jobs.circuit_breaker import FAILURES_TO_PAUSE, PAUSE_SECONDS
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import BATCH, run_due_jobs, run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class Away(Exception):
    """Somebody else does not answer."""


@pytest.fixture
def carrier(kind_of: Callable[..., str]) -> dict:
    """Return the state of somebody else: the kind, whether they answer, and how often they were called."""
    state = {"works": True, "calls": 0}

    def call(job: Job) -> None:
        state["calls"] += 1
        if not state["works"]:
            raise Away

    state["kind"] = kind_of(call, retry_on=(Away,), attempts=1000, limit=2)
    return state


def test_no_more_than_the_limit_run_at_the_same_time(carrier: dict):
    jobs = [make_job(carrier["kind"]) for _ in range(3)]
    other = make_job()

    claimed = [services.claim(job.pk) for job in jobs]
    due = services.due_job_ids(10)
    services.finish(claimed[0])
    afterwards = services.claim(jobs[2].pk)

    assert claimed == [jobs[0], jobs[1], None]
    assert due == [other.pk]
    assert afterwards == jobs[2]


def test_dead_worker_gives_its_place_back(carrier: dict):
    for _ in range(2):
        make_running_job(carrier["kind"], seconds_left=0)
    job = make_job(carrier["kind"])

    assert services.claim(job.pk) == job


def test_jobs_at_the_limit_are_not_announced(carrier: dict):
    for _ in range(2):
        make_running_job(carrier["kind"])
    make_job(carrier["kind"])
    other = make_job()

    assert services.next_to_publish(10) == [other.pk]


def test_whoever_has_a_place_goes_on_with_what_was_turned_away(carrier: dict):
    jobs = [make_job(carrier["kind"]) for _ in range(5)]

    count = run_job(jobs[0].pk)

    assert count == 5
    assert carrier["calls"] == 5
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


def test_worker_that_goes_on_ends_after_a_batch(carrier: dict):
    jobs = [make_job(carrier["kind"]) for _ in range(BATCH + 5)]

    assert run_job(jobs[0].pk) == BATCH


def test_kind_pauses_after_repeated_failures_then_one_is_tried_then_all_go_on(carrier: dict):
    with time_machine.travel(NOON, tick=False) as traveller:
        jobs = [make_job(carrier["kind"]) for _ in range(FAILURES_TO_PAUSE + 10)]
        carrier["works"] = False
        run_due_jobs(100)
        failed_calls = carrier["calls"]
        traveller.shift(PAUSE_SECONDS - 1)
        run_due_jobs(100)
        paused_calls = carrier["calls"]
        traveller.shift(1)
        tried = [services.claim(job.pk) is not None for job in jobs]

    assert failed_calls == paused_calls == FAILURES_TO_PAUSE
    assert tried.count(True) == 1


def test_success_opens_the_kind_again(carrier: dict):
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(FAILURES_TO_PAUSE + 10):
            make_job(carrier["kind"])
        carrier["works"] = False
        run_due_jobs(100)
        carrier["works"] = True
        traveller.shift(PAUSE_SECONDS)
        run_due_jobs(100)

    assert carrier["calls"] == 2 * FAILURES_TO_PAUSE + 10
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}
    state = CircuitState.objects.get()
    assert (state.failures, state.paused_until) == (0, None)


def test_failed_try_pauses_the_kind_again(carrier: dict):
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(FAILURES_TO_PAUSE + 10):
            make_job(carrier["kind"])
        carrier["works"] = False
        run_due_jobs(100)
        traveller.shift(PAUSE_SECONDS)
        run_due_jobs(100)

    assert carrier["calls"] == FAILURES_TO_PAUSE + 1
    assert CircuitState.objects.get().paused_until == NOON + timedelta(seconds=2 * PAUSE_SECONDS)


def test_failures_between_successes_pause_nothing(carrier: dict):
    with time_machine.travel(NOON, tick=False):
        for number in range(3 * FAILURES_TO_PAUSE):
            carrier["works"] = number % FAILURES_TO_PAUSE == FAILURES_TO_PAUSE - 1
            run_job(make_job(carrier["kind"]).pk)

    assert carrier["calls"] == 3 * FAILURES_TO_PAUSE
    assert CircuitState.objects.get().paused_until is None


def test_database_that_fails_is_no_failure_of_what_the_kind_leans_on(kind_of: Callable[..., str]):
    def fail(job: Job) -> None:
        raise OperationalError("the database is busy")

    kind = kind_of(fail, retry_on=(Away,), limit=2)
    for _ in range(FAILURES_TO_PAUSE):
        run_job(make_job(kind).pk)

    assert set(Job.objects.values_list("status", "attempts")) == {("pending", 1)}
    assert not CircuitState.objects.filter(failures__gt=0).exists()


def test_pause_of_one_kind_holds_up_no_other(carrier: dict, kind_of: Callable[..., str]):
    CircuitState.objects.create(name=carrier["kind"], failures=9, paused_until=NOON + timedelta(days=9999))
    make_job(carrier["kind"])
    other = make_job(kind_of(lambda job: None, limit=1))

    run_due_jobs()

    other.refresh_from_db()
    assert (other.status, carrier["calls"]) == ("done", 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_limit_holds_when_many_claim_at_once(carrier: dict):
    for _round in range(20):
        jobs = [make_job(carrier["kind"]) for _ in range(8)]

        claimed = at_once(8, lambda hand, jobs=jobs: services.claim(jobs[hand].pk))

        assert sum(job is not None for job in claimed) == 2
        Job.objects.all().delete()
