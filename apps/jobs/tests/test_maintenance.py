"""Daily maintenance: what is over is deleted, in time."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from apps.jobs.maintenance import purge_done_jobs
from apps.jobs.models import Job
from apps.jobs.tasks import maintenance
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEPT = timedelta(days=90)

pytestmark = pytest.mark.django_db


def test_jobs_done_long_ago_are_deleted():
    with time_machine.travel(NOON, tick=False) as traveller:
        make_job(status="done")
        traveller.shift(timedelta(seconds=1))
        younger = make_job(status="done")
        traveller.move_to(NOON + KEPT)
        early = purge_done_jobs()
        traveller.shift(timedelta(seconds=1))

        count = purge_done_jobs()

    assert (early, count) == (0, 1)
    assert list(Job.objects.all()) == [younger]


def test_jobs_that_are_not_done_are_kept_for_ever():
    with time_machine.travel(NOON, tick=False) as traveller:
        jobs = {make_job(), make_job(status="failed"), make_running_job()}
        traveller.shift(timedelta(days=1000))

        count = purge_done_jobs()

    assert count == 0
    assert set(Job.objects.all()) == jobs


def test_maintenance_deletes_old_jobs_and_expired_sessions():
    old, new = make_job(status="done"), make_job(status="done")
    Job.objects.filter(pk=old.pk).update(updated_at=NOON - timedelta(days=5000))
    now = datetime.now(UTC)
    Session.objects.create(session_key="expired", expire_date=now - timedelta(hours=1))
    Session.objects.create(session_key="valid", expire_date=now + timedelta(hours=1))

    maintenance()

    assert list(Job.objects.all()) == [new]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["valid"]
