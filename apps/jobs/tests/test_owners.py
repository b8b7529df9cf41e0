"""A customer whose jobs take long lets those of the others go first."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.jobs.circuit_registry import register_circuit
from apps.jobs.fairness import LONG_SECONDS, yield_to_other_owners
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_due_jobs
from apps.jobs.tests.factories import make_job, make_running_job

pytestmark = pytest.mark.django_db


def test_job_that_took_long_puts_off_the_others_of_its_owner_for_as_long():
    job = make_running_job(owner="user:1")
    waiting = [make_job(owner="user:1", published_at=timezone.now()) for _ in range(2)]
    others = [make_job(owner="user:2"), make_job()]

    before = timezone.now()
    yield_to_other_owners(job, 3)

    for put_off in map(reread, waiting):
        assert before <= put_off.run_at - timedelta(seconds=3) <= timezone.now()
        assert (put_off.status, put_off.attempts, put_off.published_at) == ("pending", 0, None)
    assert [reread(other).run_at for other in others] == [other.run_at for other in others]


def test_what_is_due_only_later_is_not_brought_forward():
    job = make_running_job(owner="user:1")
    make_job(owner="user:2")
    later = make_job(owner="user:1", run_at=timezone.now() + timedelta(seconds=60))

    yield_to_other_owners(job, 3)

    assert reread(later).run_at == later.run_at


@pytest.mark.parametrize(
    ("owner", "seconds", "others"),
    [
        ("user:1", LONG_SECONDS - 0.01, [{"owner": "user:2"}]),  # no long job
        ("", 3, [{"owner": "user:2"}]),  # the shop's own
        ("user:1", 3, []),  # nobody waits
        ("user:1", 3, [{"owner": "user:1"}]),  # nobody else
        ("user:1", 3, [{"owner": "user:2", "run_at": timezone.now() + timedelta(days=1)}]),  # nor now
        ("user:1", 3, [{"owner": "user:2", "status": "done"}]),
    ],
)
def test_nothing_is_put_off_without_need(owner: str, seconds: float, others: list[dict]):
    job = make_running_job(owner=owner)
    waiting = make_job(owner=owner)
    for values in others:
        make_job(**values)

    yield_to_other_owners(job, seconds)

    assert reread(waiting).run_at == waiting.run_at


def test_nothing_is_put_off_for_jobs_that_may_not_begin(kind_of):
    register_circuit("post")
    paused = kind_of(lambda job: None, circuit="post")
    make_job(paused, owner="user:2")
    CircuitState.objects.create(name="post", failures=9, paused_until=timezone.now() + timedelta(minutes=1))
    job = make_running_job(owner="user:1")
    waiting = make_job(owner="user:1")

    yield_to_other_owners(job, 3)

    assert reread(waiting).run_at == waiting.run_at


def test_job_of_the_same_subject_is_not_put_off():
    job = make_running_job(owner="user:1")
    follower = make_job(owner="user:1", subject=job.subject)
    make_job(owner="user:2")

    yield_to_other_owners(job, 3)

    assert reread(follower).run_at == follower.run_at


def test_worker_does_the_job_of_another_customer_after_the_first_long_one(kind_of):
    seen = []
    long = kind_of(lambda job: (seen.append(job.owner), time.sleep(LONG_SECONDS)))
    short = kind_of(lambda job: seen.append(job.owner))
    for _ in range(5):
        make_job(long, owner="user:1")
    make_job(short, owner="user:2")

    run_due_jobs()

    assert seen == ["user:1", "user:2"]
    assert Job.objects.filter(status="pending", owner="user:1").count() == 4


def reread(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)
