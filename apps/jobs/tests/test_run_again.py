"""Staff set failed jobs going again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.jobs import broker, services
from apps.jobs.models import Job
from apps.jobs.runner import run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_failed_job_begins_anew_with_all_its_attempts(kind_of):
    seen = []
    job = make_job(kind_of(seen.append), status="failed", attempts=12, run_at=NOON - timedelta(days=3))

    with time_machine.travel(NOON, tick=False):
        restarted = services.run_again([job.pk])
        again = Job.objects.get()
        run_job(job.pk)

    assert restarted == [job.pk]
    assert (again.status, again.attempts, again.run_at, again.published_at) == ("pending", 0, NOON, NOON)
    assert seen == [job]
    done = Job.objects.get()
    assert (done.status, done.attempts) == ("done", 1)


def test_jobs_that_have_not_failed_are_left_alone():
    failed = make_job(status="failed")
    others = [make_job(status="done", attempts=1), make_job(attempts=2), make_running_job()]
    ids = [job.pk for job in others]
    before = list(Job.objects.filter(pk__in=ids).values())

    restarted = services.run_again([failed.pk, *ids])

    assert restarted == [failed.pk]
    assert list(Job.objects.filter(pk__in=ids).values()) == before


def test_failed_jobs_that_were_not_chosen_are_left_alone():
    chosen, other = make_job(status="failed"), make_job(status="failed")

    services.run_again([chosen.pk])

    other.refresh_from_db()
    assert other.status == "failed"


def test_workers_are_told_of_jobs_that_run_again(settings, django_capture_on_commit_callbacks):
    settings.STORE_EMBEDDED = True
    broker.wake_up.clear()
    job = make_job(status="failed")

    with django_capture_on_commit_callbacks(execute=True):
        services.run_again([job.pk])

    assert broker.wake_up.is_set()
    broker.wake_up.clear()
