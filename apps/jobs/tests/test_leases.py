"""A worker has a job for a time; a job whose worker died returns."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.registry import Handler
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


def test_job_returns_when_its_lease_is_over():
    with time_machine.travel(NOON, tick=False) as traveller:
        job = make_job()
        first = services.claim(job.pk)
        traveller.move_to(NOON + LEASE - SECOND)
        before = services.claim(job.pk)
        traveller.move_to(NOON + LEASE)

        second = services.claim(job.pk)

    assert first.leased_until == NOON + LEASE
    assert before is None
    assert (second, second.attempts, second.leased_until) == (job, 2, NOON + LEASE + LEASE)
    assert second.lease != first.lease


def test_renewed_lease_keeps_the_job():
    with time_machine.travel(NOON, tick=False) as traveller:
        job = services.claim(make_job().pk)
        traveller.move_to(NOON + LEASE - SECOND)
        services.renew_lease(job)
        traveller.move_to(NOON + LEASE + LEASE - 2 * SECOND)
        during = services.claim(job.pk)
        traveller.move_to(NOON + LEASE + LEASE - SECOND)

        afterwards = services.claim(job.pk)

    assert during is None
    assert afterwards == job


def test_lease_that_another_worker_holds_is_not_renewed():
    with time_machine.travel(NOON, tick=False) as traveller:
        dead = services.claim(make_job().pk)
        traveller.move_to(NOON + LEASE)
        services.claim(dead.pk)
        traveller.shift(SECOND)

        with pytest.raises(services.LeaseLost):
            services.renew_lease(dead)

    assert Job.objects.get().leased_until == NOON + LEASE + LEASE


@pytest.mark.parametrize(
    "record",
    [
        services.finish,
        lambda job: services.fail(job, ValueError("too late")),
        lambda job: services.postpone(job, ValueError("too late"), Handler(print, (), attempts=12)),
    ],
    ids=["finish", "fail", "postpone"],
)
def test_outcome_is_recorded_by_the_holder_of_the_lease_only(record):
    with time_machine.travel(NOON, tick=False) as traveller:
        slow = services.claim(make_job().pk)
        traveller.move_to(NOON + LEASE)
        holder = services.claim(slow.pk)

        record(slow)

        job = Job.objects.get()
        services.finish(holder)
        finished = Job.objects.get()

    assert (job.status, job.lease, job.last_error) == ("running", holder.lease, "")
    assert (finished.status, finished.lease, finished.leased_until) == ("done", None, None)


@pytest.mark.parametrize("missing", ["lease", "leased_until"])
def test_running_job_has_a_lease(missing):
    job = make_running_job()

    with pytest.raises(IntegrityError, match="jobs_job_running_has_lease"), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**{missing: None})

    job.refresh_from_db()
    assert job.lease is not None
    assert job.leased_until is not None


def test_status_is_a_known_one():
    job = make_job()

    with pytest.raises(IntegrityError, match="jobs_job_status_known"), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(status="lost")

    assert Job.objects.get().status == "pending"
