"""Workers without a broker: threads, and the command that does what is due."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.jobs import broker, services
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.factories import make_job
from tests.support.processes import wait_for

pytestmark = pytest.mark.embedded


def all_done() -> bool:
    return not Job.objects.exclude(status="done").exists()


def job_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("jobs-", "lease-"))]


@pytest.mark.django_db(transaction=True)
def test_threads_do_what_is_due_and_what_comes_and_stop(kind_of, settings):
    settings.STORE_EMBEDDED = True
    seen = []
    kind = kind_of(lambda job: seen.append(job.key))
    make_job(kind, key="a")
    make_job(kind, key="b")
    runner = Runner(2)

    runner.start()
    try:
        wait_for(all_done)
        with transaction.atomic():
            enqueue(JobSpec(kind=kind, key="c", subject="order:1"))
        wait_for(all_done)
    finally:
        runner.stop(timeout=20)

    assert sorted(seen) == ["a", "b", "c"]
    assert set(Job.objects.values_list("status", "attempts")) == {("done", 1)}
    assert job_threads() == []


@pytest.mark.django_db(transaction=True)
def test_stopped_runner_finishes_its_job_and_begins_no_other(kind_of):
    begun, go_on = threading.Event(), threading.Event()

    def run(job):
        begun.set()
        assert go_on.wait(20)

    kind = kind_of(run)
    first, second = make_job(kind), make_job(kind)
    runner = Runner(1)

    runner.start()
    assert begun.wait(20)
    threading.Timer(0.3, go_on.set).start()
    runner.stop(timeout=20)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("done", "pending")
    assert job_threads() == []


@pytest.mark.django_db(transaction=True)
def test_stopped_runner_hands_back_what_it_cannot_finish_in_time(kind_of):
    begun, go_on = threading.Event(), threading.Event()

    def run(job):
        begun.set()
        assert go_on.wait(20)

    job = make_job(kind_of(run))
    runner = Runner(1)

    runner.start()
    try:
        assert begun.wait(20)
        runner.stop(timeout=0.1)
        left = Job.objects.values("status", "attempts", "lease", "leased_until", "published_at").get()
        again = services.claim(job.pk)
    finally:
        go_on.set()
        runner.stop(timeout=20)  # its thread says now that the job is done, and is not heard

    nothing = {"lease": None, "leased_until": None, "published_at": None}
    assert left == {"status": "pending", "attempts": 0, **nothing}
    job.refresh_from_db()
    assert (job.status, job.attempts, job.lease) == ("running", 1, again.lease)


@pytest.mark.django_db
def test_command_does_what_is_due_and_ends(kind_of):
    seen = []
    kind = kind_of(lambda job: seen.append(job.pk))
    jobs = [make_job(kind) for _ in range(25)]

    call_command("jobs", "--once")

    assert seen == [job.pk for job in jobs]
    assert all_done()


@pytest.mark.parametrize("threads", ["0", "-1"])
def test_command_without_threads_is_refused(threads):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("jobs", f"--threads={threads}")


@pytest.fixture(autouse=True)
def silent_bell():
    """Leave the event of this process as it was found."""
    broker.wake_up.clear()
    yield
    broker.wake_up.clear()
