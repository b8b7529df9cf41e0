"""Of all workers, one at a time has a job."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.core.tests.threads import at_once
from apps.jobs import services
from apps.jobs.claim_statement import claim_as_read
from apps.jobs.models import Job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROUNDS = 50
WORKERS = 8

pytestmark = pytest.mark.embedded


@pytest.mark.django_db
def test_due_job_is_claimed_once():
    job = make_job()

    first = services.claim(job.pk)
    second = services.claim(job.pk)

    assert first == job
    assert (first.status, first.attempts) == ("running", 1)
    assert second is None
    job.refresh_from_db()
    assert (job.attempts, job.lease) == (1, first.lease)


@pytest.mark.django_db
def test_job_is_claimed_when_its_time_has_come():
    with time_machine.travel(NOON, tick=False) as traveller:
        job = make_job(run_at=NOON + timedelta(seconds=10))
        early = services.claim(job.pk)
        early_ids = services.due_job_ids(10)
        traveller.shift(timedelta(seconds=10))

        ids = services.due_job_ids(10)
        claimed = services.claim(job.pk)

    assert (early, early_ids) == (None, [])
    assert (claimed, ids) == (job, [job.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["done", "failed"])
def test_job_that_is_over_is_not_claimed(status):
    job = make_job(status=status)

    claimed = services.claim(job.pk)

    assert claimed is None
    assert services.due_job_ids(10) == []


@pytest.mark.django_db
def test_job_waits_while_another_one_of_its_subject_runs():
    running, waiting = make_job(subject="order:1"), make_job(subject="order:1")
    other = make_job(subject="order:2")
    worker = services.claim(running.pk)

    meanwhile = services.claim(waiting.pk), services.claim_next(running)
    due_meanwhile = services.due_job_ids(10)
    services.finish(worker)
    afterwards = services.claim(waiting.pk)

    assert meanwhile == (None, None)
    assert due_meanwhile == [other.pk]
    assert afterwards == waiting


@pytest.mark.django_db
def test_job_does_not_wait_for_one_whose_worker_died():
    make_running_job(subject="order:1", seconds_left=0)
    waiting = make_job(subject="order:1")

    claimed = services.claim(waiting.pk)

    assert claimed == waiting


@pytest.mark.django_db
def test_job_that_somebody_tried_since_it_was_read_is_not_taken():
    read = make_job()
    tried = services.claim(read.pk)
    Job.objects.filter(pk=read.pk).update(status="pending", lease=None, leased_until=None)  # and is due again

    taken = claim_as_read(read, seconds=60)

    assert (tried, taken) == (read, False)
    assert (read.status, read.attempts) == ("pending", 0)
    assert Job.objects.values_list("status", "attempts").get() == ("pending", 1)


@pytest.mark.django_db
def test_claimed_job_is_what_the_table_says_of_it():
    job = make_job(arguments={"order_id": 7})

    claimed = services.claim(job.pk)

    stored = Job.objects.values().get()
    assert {name: getattr(claimed, name) for name in stored} == stored


@pytest.mark.django_db
def test_jobs_of_a_subject_are_claimed_in_the_order_they_were_ordered():
    before = make_job(subject="order:1", status="done")
    first, second = make_job(subject="order:1"), make_job(subject="order:1")

    claimed = services.claim_next(before)

    assert claimed == first
    assert Job.objects.get(pk=second.pk).status == "pending"


@pytest.mark.django_db
def test_jobs_that_have_waited_longest_come_first():
    now = datetime.now(UTC)
    late = make_job(run_at=now - timedelta(seconds=10))
    early = make_job(run_at=now - timedelta(seconds=20))
    make_job(run_at=now - timedelta(seconds=5))

    ids = services.due_job_ids(2)

    assert ids == [early.pk, late.pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_in_the_same_moment_one_gets_the_job():
    wins = []
    for _ in range(ROUNDS):
        job = make_job()
        claims = at_once(WORKERS, lambda _hand, job=job: services.claim(job.pk))
        wins.append(sum(claim is not None for claim in claims))

    assert wins == [1] * ROUNDS
    assert set(Job.objects.values_list("status", "attempts")) == {("running", 1)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_job_whose_worker_died_is_taken_over_by_one():
    wins = []
    for _ in range(ROUNDS):
        job = make_running_job(seconds_left=0)
        claims = at_once(WORKERS, lambda _hand, job=job: services.claim(job.pk))
        wins.append(sum(claim is not None for claim in claims))

    assert wins == [1] * ROUNDS
    assert set(Job.objects.values_list("status", "attempts")) == {("running", 2)}
