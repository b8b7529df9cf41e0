"""A job whose message was lost is announced again, but not at every sweep."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.jobs import services
from apps.jobs.celery_steps import dispatch_due_jobs
from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_sweep_announces_nothing_when_the_broker_is_away(broker_away):
    make_job()

    count = dispatch_due_jobs()

    assert count == 0
    assert Job.objects.get().published_at is None


def test_due_job_is_announced_once_and_again_when_its_message_is_overdue():
    with time_machine.travel(NOON, tick=False) as traveller:
        job = make_job()
        first = services.next_to_publish(10)
        at_once = services.next_to_publish(10)
        traveller.move_to(NOON + timedelta(seconds=9))
        early = services.next_to_publish(10)
        traveller.move_to(NOON + timedelta(seconds=10))
        later = services.next_to_publish(10)

    assert (first, at_once, early, later) == ([job.pk], [], [], [job.pk])
    assert Job.objects.get().published_at == NOON + timedelta(seconds=10)


def test_only_what_can_be_begun_is_announced():
    make_job(status="done")
    make_job(status="failed")
    make_running_job()
    make_job(run_at=datetime.now(UTC) + timedelta(hours=1))
    died = make_running_job(seconds_left=0)

    ids = services.next_to_publish(10)

    assert ids == [died.pk]


def test_those_that_have_waited_longest_are_announced_first():
    jobs = [make_job(run_at=NOON - timedelta(seconds=number)) for number in range(3)]

    ids = services.next_to_publish(2)

    assert sorted(ids) == sorted([jobs[2].pk, jobs[1].pk])
    assert services.next_to_publish(2) == [jobs[0].pk]
