"""Kinds that lean on the same thing wait together while it is away, and go on together when it is back."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from apps.core.tests.threads import at_once
from apps.jobs import circuit_breaker, services
from apps.jobs.circuit_breaker import FAILURES_TO_PAUSE, PAUSE_SECONDS
from apps.jobs.circuit_registry import register_circuit
from apps.jobs.claim_statement import statement
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAUSE = timedelta(seconds=PAUSE_SECONDS)
ROUNDS = 10

pytestmark = pytest.mark.django_db


class Away(Exception):
    """The mail server does not answer."""


class Busy(Exception):
    """One recipient does not answer."""


class Post:
    """A mail server that two kinds lean on."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.calls = 0
        self.kinds: list[str] = []

    def send(self, job: Job) -> None:
        self.calls += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def post(kind_of: Callable[..., str]) -> Post:
    post = Post()
    rules = {"retry_on": (Away, Busy), "outages": (Away,), "circuit": "post", "attempts": 1000}
    register_circuit("post", label="Post")
    post.kinds = [kind_of(post.send, **rules) for _ in range(2)]
    return post


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def fail_often(post: Post) -> None:
    """Let the server fail until its kinds pause."""
    post.error = Away("HTTP 503")
    for number in range(FAILURES_TO_PAUSE):
        run_job(make_job(post.kinds[number % 2]).pk)


def test_all_kinds_pause_together_and_others_do_not(post: Post, clock):
    fail_often(post)
    waiting = [make_job(kind) for kind in post.kinds]
    other = make_job()
    clock.shift(PAUSE - timedelta(seconds=1))

    claimed = [services.claim(job.pk) for job in waiting]

    assert claimed == [None, None]
    assert services.due_job_ids(10) == services.next_to_publish(10) == [other.pk]


def test_one_job_is_tried_after_the_pause(post: Post, clock):
    fail_often(post)
    waiting = [make_job(kind) for kind in post.kinds]
    clock.shift(PAUSE)

    first = services.claim(waiting[0].pk)
    second = services.claim(waiting[1].pk)
    due = services.due_job_ids(10)

    assert (first, second, due) == (waiting[0], None, [])


def test_job_of_a_dead_worker_is_tried_too(post: Post, clock):
    fail_often(post)
    clock.shift(PAUSE)
    dead = make_running_job(post.kinds[0], seconds_left=0)

    assert services.claim(dead.pk) == dead


def test_what_was_put_off_is_due_when_the_server_is_back(post: Post, clock):
    fail_often(post)
    put_off = {"run_at": NOON + timedelta(hours=1), "attempts": 9, "last_error": "Away"}
    late, other = make_job(post.kinds[0], **put_off), make_job(**put_off)
    planned = make_job(post.kinds[0], run_at=NOON + timedelta(hours=1))
    clock.shift(PAUSE)
    post.error = None
    probe = make_job(post.kinds[1])

    run_job(probe.pk)
    run_due_jobs(100)

    late.refresh_from_db()
    other.refresh_from_db()
    planned.refresh_from_db()
    assert (late.status, late.attempts, other.status) == ("done", 10, "pending")
    assert (planned.status, planned.run_at) == ("pending", NOON + timedelta(hours=1))
    assert post.calls == FAILURES_TO_PAUSE + 1 + FAILURES_TO_PAUSE + 1
    state = CircuitState.objects.get()
    assert (state.failures, state.paused_until, state.failing_since, state.last_error) == (0, None, None, "")


def test_success_after_few_failures_hurries_nobody(post: Post, clock):
    post.error = Away()
    failed = make_job(post.kinds[0])
    run_job(failed.pk)
    post.error = None

    run_job(make_job(post.kinds[1]).pk)

    failed.refresh_from_db()
    assert failed.run_at >= NOON + timedelta(seconds=2)
    assert CircuitState.objects.get().failures == 0


def test_trouble_of_one_job_alone_is_no_outage(post: Post, clock):
    post.error = Busy()
    for _ in range(2 * FAILURES_TO_PAUSE):
        run_job(make_job(post.kinds[0]).pk)

    assert not CircuitState.objects.filter(failures__gt=0).exists()
    assert Job.objects.filter(status="pending", attempts=1).count() == 2 * FAILURES_TO_PAUSE


def test_outage_is_told_in_the_log_and_kept_with_its_beginning(post: Post, clock, caplog):
    fail_often(post)
    clock.shift(PAUSE)
    post.error = Away("still away\0")
    run_job(make_job(post.kinds[0]).pk)

    state = CircuitState.objects.get()
    assert (state.name, state.failures, state.failing_since) == ("post", FAILURES_TO_PAUSE + 1, NOON)
    assert state.last_error == f"{__name__}.Away: still away"
    alarms = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert alarms == [
        f"Jobs of post pause for 30 seconds, it has failed 5 times in a row: {__name__}.Away: HTTP 503",
        f"Jobs of post pause for 30 seconds, it has failed 6 times in a row: {__name__}.Away: still away",
    ]


def test_what_fails_often_or_for_a_while_is_a_trouble(post: Post, clock):
    post.error = Away()
    run_job(make_job(post.kinds[0]).pk)
    at_once_after = circuit_breaker.failing_circuits(NOON)
    a_minute_later = circuit_breaker.failing_circuits(NOON + timedelta(minutes=1))
    CircuitState.objects.create(name="of another release", failures=9)

    assert at_once_after == []
    assert [state.name for state in a_minute_later] == ["post"]
    fail_often(post)
    assert [state.name for state in circuit_breaker.failing_circuits(NOON)] == ["post"]


@pytest.mark.parametrize("page", ["admin:index", "admin:jobs_job_figures"])
def test_staff_see_what_is_away_since_when_and_why(post: Post, clock, client, staff, page: str):
    fail_often(post)
    clock.shift(timedelta(minutes=10))
    client.force_login(staff)

    response = client.get(reverse(page), headers={"accept-language": "en"})

    assert "5 failures in a row, the first 10\xa0minutes ago" in response.text
    assert "Away: HTTP 503" in response.text


def test_job_takes_no_further_statement_for_its_guard(post: Post, django_assert_num_queries):
    job = make_job(post.kinds[0])

    with django_assert_num_queries(4):  # read, claim, done, what is next
        run_job(job.pk)

    assert post.calls == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_server_that_fails_pauses_for_all_who_try_at_once(post: Post):
    post.error = Away()
    for _round in range(ROUNDS):
        jobs = [make_job(post.kinds[hand % 2]) for hand in range(8)]

        at_once(8, lambda hand, jobs=jobs: run_job(jobs[hand].pk))

        state = CircuitState.objects.get()
        assert state.failures >= FAILURES_TO_PAUSE
        assert services.claim(make_job(post.kinds[0]).pk) is None
        Job.objects.all().delete()
        CircuitState.objects.all().delete()


@pytest.mark.postgres
def test_claim_amid_failures_reads_no_years_of_jobs(post: Post, clock):
    Job.objects.bulk_create(
        Job(kind=post.kinds[number % 2], key=f"done:{number}", subject=f"{number}", status="done")
        for number in range(4000)
    )
    fail_often(post)
    job = make_job(post.kinds[0])
    now = datetime.now(UTC)
    sql, values = statement(
        job,
        {"id": job.pk, "attempts": 0, "lease": uuid.uuid4().hex, "leased_until": now, "now": now},
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "jobs_job_running" in plan
    assert "jobs_job_by_kind" not in plan
    assert "Seq Scan on jobs_job" not in plan
