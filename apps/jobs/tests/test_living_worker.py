"""A worker at work keeps its job; one whose work or database breaks harms no other job."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
import time_machine
from django.db import OperationalError, connection

from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.runner import Runner, run_job
from apps.jobs.tests.factories import make_job
from tests.support.processes import wait_for

LEASE_SECONDS = 0.6


@pytest.fixture
def runner() -> "Callable[[], Runner]":
    runner = Runner(1)
    yield runner
    runner.stop(timeout=20)


@pytest.mark.django_db(transaction=True)
def test_job_longer_than_a_lease_stays_with_its_worker(kind_of, runner: Runner, settings):
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    go_on = threading.Event()
    job = make_job(kind_of(lambda job: go_on.wait(20)))
    runner.start()
    first = wait_for(lambda: Job.objects.filter(pk=job.pk).values_list("leased_until", flat=True).get())

    wait_for(lambda: Job.objects.get(pk=job.pk).leased_until > first)
    with time_machine.travel(first, tick=False):
        taken = services.claim(job.pk)
    go_on.set()

    assert taken is None
    wait_for(lambda: Job.objects.get(pk=job.pk).status == "done")
    assert Job.objects.get(pk=job.pk).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_lease_is_kept_no_longer_than_the_job_lasts(kind_of, settings):
    settings.JOB_LEASE_SECONDS = LEASE_SECONDS
    job = make_job(kind_of(lambda job: None))

    run_job(job.pk)

    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("lease-")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\udcff", "\ud800 and \udfff", "\0", "ошибка \U0001f4a5"], ids=ascii)
def test_error_in_words_that_cannot_be_stored_fails_the_job_all_the_same(kind_of, text: str):
    def run(job):
        raise ValueError(f"before {text} after")

    job = make_job(kind_of(run))

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("failed", 1)
    assert "before " in job.last_error
    assert " after" in job.last_error


@pytest.mark.django_db(transaction=True)
def test_broken_job_does_not_end_the_worker(kind_of, runner: Runner):
    def run(job):
        raise ValueError("\udcff")

    broken, sound = make_job(kind_of(run)), make_job(kind_of(lambda job: None))

    runner.start()

    wait_for(lambda: Job.objects.get(pk=sound.pk).status == "done", seconds=10)
    assert Job.objects.get(pk=broken.pk).status == "failed"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_job_that_loses_its_connection_is_recorded_on_another_one(kind_of, runner: Runner):
    calls: list[int] = []

    def run(job):
        calls.append(job.attempts)
        with connection.cursor() as cursor, suppress(OperationalError):  # what a restart of the server does
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    cut_off = make_job(kind_of(run))
    runner.start()
    wait_for(lambda: calls)
    other = make_job(kind_of(lambda job: None))

    wait_for(lambda: set(Job.objects.values_list("status", flat=True)) == {"done"})

    assert calls == [1]
    assert set(Job.objects.values_list("pk", "attempts")) == {(cut_off.pk, 1), (other.pk, 1)}
