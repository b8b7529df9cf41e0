"""A worker does a job, and what follows it."""

import pytest

from apps.core.observability.request_id import current_request_id, request_id_set
from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tasks import run
from apps.jobs.tests.factories import make_job, make_running_job

pytestmark = pytest.mark.django_db


def test_job_is_done_with_its_arguments(kind_of):
    seen = []
    kind = kind_of(lambda job, *, number: seen.append((job.pk, job.status, number)))
    job = make_job(kind, arguments={"number": 7})

    count = run_job(job.pk)

    assert count == 1
    assert seen == [(job.pk, "running", 7)]
    job.refresh_from_db()
    assert (job.status, job.attempts, job.last_error) == ("done", 1, "")
    assert (job.lease, job.leased_until) == (None, None)


def test_job_that_is_done_runs_no_second_time(kind_of):
    seen = []
    job = make_job(kind_of(seen.append))

    counts = run_job(job.pk), run_job(job.pk), run_due_jobs()

    assert counts == (1, 0, 0)
    assert seen == [job]
    assert Job.objects.get().attempts == 1


def test_message_about_a_job_that_is_gone_does_no_harm():
    count = run_job(1)

    assert count == 0


def test_worker_goes_on_with_the_jobs_of_the_subject_in_their_order(kind_of):
    seen = []
    kind = kind_of(lambda job: seen.append(job.key))
    for key, subject in [("a", "order:1"), ("b", "order:2"), ("c", "order:1"), ("d", "order:1")]:
        make_job(kind, key=key, subject=subject)

    count = run_job(Job.objects.get(key="c").pk)

    assert count == 3
    assert seen == ["c", "a", "d"]
    assert Job.objects.get(key="b").status == "pending"


def test_failed_job_does_not_hold_up_the_next_one_of_the_subject(kind_of):
    seen = []
    first = make_job(kind_of(lambda job: 1 / 0), subject="order:1")
    second = make_job(kind_of(seen.append), subject="order:1")

    count = run_job(first.pk)

    assert count == 2
    assert seen == [second]
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == ["failed", "done"]


def test_job_of_a_busy_subject_is_left_to_its_worker(kind_of):
    seen = []
    make_running_job(subject="order:1")
    job = make_job(kind_of(seen.append), subject="order:1")

    count = run_job(job.pk)

    assert count == 0
    assert seen == []


def test_no_more_due_jobs_are_begun_than_asked_for(kind_of):
    seen = []
    kind = kind_of(seen.append)
    first, second, third = make_job(kind), make_job(kind), make_job(kind)

    count = run_due_jobs(limit=2)

    assert count == 2
    assert seen == [first, second]
    assert services.due_job_ids(10) == [third.pk]


def test_doubled_message_does_the_job_that_has_waited_longest(kind_of):
    seen = []
    kind = kind_of(seen.append)
    done = make_job(kind, status="done")
    longest, latest = make_job(kind), make_job(kind)

    run(done.pk)

    assert seen == [longest]
    assert services.due_job_ids(10) == [latest.pk]


def test_message_does_its_job_and_no_other(kind_of):
    seen = []
    kind = kind_of(seen.append)
    longest, announced = make_job(kind), make_job(kind)

    run(announced.pk)

    assert seen == [announced]
    assert services.due_job_ids(10) == [longest.pk]


def test_job_runs_under_the_id_of_the_request_that_ordered_it(kind_of):
    seen = []
    kind = kind_of(lambda job: seen.append((job.request_id, current_request_id())))
    with request_id_set("checkout-42"):
        enqueue(JobSpec(kind=kind, key="a", subject="order:1"))
    with request_id_set("checkout-43"):
        enqueue(JobSpec(kind=kind, key="b", subject="order:1"))

    with request_id_set("worker"):
        run_job(Job.objects.get(key="a").pk)
        afterwards = current_request_id()

    assert seen == [("checkout-42", "checkout-42"), ("checkout-43", "checkout-43")]
    assert afterwards == "worker"
