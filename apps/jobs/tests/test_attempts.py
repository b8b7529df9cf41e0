"""Attempts of jobs: what can heal is tried again, later and later; anything else stops at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.runner import run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


class CarrierAway(Exception):
    """What heals by itself."""


def failing(error):
    """Return a handler that always meets the error."""

    def run(job):
        raise error

    return run


def test_pauses_grow_until_the_last_attempt_and_then_the_job_is_failed(kind_of):
    job = make_job(kind_of(failing(CarrierAway("HTTP 503")), retry_on=(CarrierAway,)), run_at=NOON)
    pauses, statuses = [], []

    with time_machine.travel(NOON, tick=False) as traveller:
        for attempt in range(1, 13):
            run_job(job.pk)
            job.refresh_from_db()
            statuses.append(job.status)
            assert (job.attempts, job.lease, job.leased_until) == (attempt, None, None)
            if job.status == "pending":
                pauses.append((job.run_at - datetime.now(UTC)).total_seconds())
                traveller.move_to(job.run_at)
        run_job(job.pk)

    assert statuses == ["pending"] * 11 + ["failed"]
    shortest = [2, 5, 15, 60, 300, 900, 1800, 3600, 3600, 3600, 3600]
    assert all(least <= pause <= least * 1.25 for least, pause in zip(shortest, pauses, strict=True)), pauses
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("failed", 12)
    assert "CarrierAway: HTTP 503" in job.last_error


def test_postponed_job_rests_until_its_pause_is_over(kind_of):
    seen = []

    def run(job):
        seen.append(job.attempts)
        if job.attempts == 1:
            raise CarrierAway("HTTP 503")

    kind = kind_of(run, retry_on=(CarrierAway,))
    with time_machine.travel(NOON, tick=False) as traveller:
        job = make_job(kind, published_at=NOON)
        run_job(job.pk)
        postponed = Job.objects.get()
        traveller.move_to(NOON + timedelta(seconds=1.9))
        early = run_job(job.pk)
        traveller.move_to(NOON + timedelta(seconds=2.5))
        count = run_job(job.pk)

    assert (postponed.status, postponed.published_at) == ("pending", None)
    assert postponed.last_error.startswith("Traceback (most recent call last):")
    assert postponed.last_error.endswith("CarrierAway: HTTP 503\n")
    assert (early, count) == (0, 1)
    assert seen == [1, 2]
    done = Job.objects.get()
    assert (done.status, done.attempts, done.last_error) == ("done", 2, "")


def test_kind_has_its_own_number_of_attempts(kind_of):
    job = make_job(kind_of(failing(CarrierAway()), retry_on=(CarrierAway,), attempts=1))

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("failed", 1)


@pytest.mark.parametrize("error", [OperationalError("away"), InterfaceError("away"), SoftTimeLimitExceeded()])
def test_database_away_and_too_slow_an_attempt_are_tried_again_for_every_kind(kind_of, error):
    job = make_job(kind_of(failing(error)))

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("pending", 1)
    assert type(error).__name__ in job.last_error


def test_unexpected_error_makes_the_job_failed_at_once_and_is_kept(kind_of):
    job = make_job(kind_of(failing(ZeroDivisionError("no such\0luck")), retry_on=(CarrierAway,)))

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempts, job.lease, job.leased_until) == ("failed", 1, None, None)
    assert job.last_error.startswith("Traceback (most recent call last):")
    assert "in run\n" in job.last_error
    assert job.last_error.endswith("ZeroDivisionError: no suchluck\n")


def test_end_of_a_long_error_is_kept(kind_of):
    job = make_job(kind_of(failing(ValueError("x" * 5000 + " the end"))))

    run_job(job.pk)

    job.refresh_from_db()
    assert len(job.last_error) == 4000
    assert job.last_error.endswith("xxx the end\n")


def test_job_of_an_unknown_kind_is_left_to_a_worker_that_knows_it():
    job = make_job("of-tomorrow")

    count = run_job(job.pk)

    assert count == 1
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("pending", 0)
    assert services.due_job_ids(10) == []
    assert "No handler for jobs of the kind of-tomorrow" in job.last_error


def test_arguments_that_the_handler_does_not_take_make_the_job_failed(kind_of):
    job = make_job(kind_of(lambda job: None), arguments={"colour": "red"})

    run_job(job.pk)

    job.refresh_from_db()
    assert job.status == "failed"
    assert "unexpected keyword argument 'colour'" in job.last_error


def test_job_whose_worker_died_every_time_ends_failed(kind_of):
    seen = []
    kind = kind_of(lambda job: seen.append(job.attempts), attempts=3)
    job = make_running_job(kind, attempts=3, seconds_left=0)

    run_job(job.pk)

    job.refresh_from_db()
    assert seen == []
    assert (job.status, job.attempts, job.lease) == ("failed", 4, None)
    assert job.last_error == "RuntimeError: Every worker that tried this job died.\n"


def test_job_whose_worker_died_is_done_by_another_one(kind_of):
    seen = []
    kind = kind_of(lambda job: seen.append(job.attempts), attempts=3)
    job = make_running_job(kind, attempts=2, seconds_left=0)

    run_job(job.pk)

    job.refresh_from_db()
    assert seen == [3]
    assert (job.status, job.attempts) == ("done", 3)


def test_handler_that_lost_its_job_to_another_worker_says_nothing_of_it(kind_of):
    other = make_running_job()

    def run(job):
        Job.objects.filter(pk=job.pk).update(lease=other.lease, leased_until=other.leased_until)
        raise ValueError("too late")

    job = make_job(kind_of(run))

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.lease, job.last_error) == ("running", other.lease, "")
