"""A job can be ordered for later: nobody is told of it, and nobody reads it, before its time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.jobs import broker, services
from apps.jobs.models import Job
from apps.jobs.runner import Runner, run_due_jobs
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.factories import make_running_job
from tests.support.processes import wait_for

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER_JOBS = 20_000  # more than enough for a plan that reads them all to look dear


def spec(key: str, run_at: datetime | None = None, *, kind: str = "unknown", subject: str = "") -> JobSpec:
    return JobSpec(kind, key=key, subject=subject or f"test:{key}", run_at=run_at)


@pytest.mark.django_db
def test_job_for_later_is_stored_with_its_time_and_not_announced():
    with time_machine.travel(NOON, tick=False):
        enqueue(spec("later", NOON + HOUR))

    assert Job.objects.values("status", "attempts", "run_at", "published_at").get() == {
        "status": "pending",
        "attempts": 0,
        "run_at": NOON + HOUR,
        "published_at": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("run_at", [NOON - HOUR, NOON])
def test_job_whose_time_is_over_is_as_one_without(run_at: datetime):
    with time_machine.travel(NOON, tick=False):
        enqueue(spec("past", run_at), spec("plain"))

    assert set(Job.objects.values_list("run_at", "published_at")) == {(NOON, NOON)}


@pytest.mark.django_db
def test_sweep_announces_the_job_when_it_is_due():
    with time_machine.travel(NOON, tick=False) as traveller:
        enqueue(spec("later", NOON + HOUR))
        job = Job.objects.get()
        traveller.shift(HOUR - timedelta(seconds=1))
        early = services.next_to_publish(10), services.due_job_ids(10), services.claim(job.pk)
        traveller.shift(timedelta(seconds=1))
        due = services.next_to_publish(10), services.due_job_ids(10)

    assert early == ([], [], None)
    assert due == ([job.pk], [job.pk])


@pytest.mark.django_db
def test_worker_does_the_due_ones_of_a_subject_and_leaves_the_others(kind_of: Callable[..., str]):
    kind = kind_of(lambda job: None)
    with time_machine.travel(NOON, tick=False) as traveller:
        enqueue(
            spec("later", NOON + HOUR, kind=kind, subject="order:1"),
            spec("now", kind=kind, subject="order:1"),
        )
        first = run_due_jobs(), set(Job.objects.values_list("key", "status"))
        traveller.shift(HOUR)
        second = run_due_jobs()

    assert first == (1, {("later", "pending"), ("now", "done")})
    assert second == 1
    assert Job.objects.get(key="later").status == "done"


@pytest.mark.django_db(transaction=True)
def test_threads_do_the_job_when_its_time_has_come(kind_of: Callable[..., str]):
    kind = kind_of(lambda job: None)
    run_at = datetime.now(UTC) + timedelta(seconds=1.5)
    with transaction.atomic():
        enqueue(spec("later", run_at, kind=kind))
    runner = Runner(1)
    runner.start()
    try:
        wait_for(lambda: Job.objects.get().status == "done")
    finally:
        runner.stop(timeout=20)

    job = Job.objects.get()
    assert job.updated_at >= run_at
    assert job.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_of_jobs_ordered_together_the_due_ones_alone_are_announced(settings, monkeypatch):
    told: list[int] = []
    settings.STORE_EMBEDDED = False
    monkeypatch.setattr(broker, "publish", told.append)  # the edge: what goes to Redis
    monkeypatch.setattr(broker, "waiting_messages", lambda: 0)
    monkeypatch.setattr(broker, "_current", None)
    later = datetime.now(UTC) + HOUR

    with transaction.atomic():
        enqueue(spec("a", later, subject="order:1"), spec("b", subject="order:1"), spec("c", later))
        enqueue(spec("d", later))
        enqueue(spec("e"))

    wait_for(lambda: len(told) == 2)
    ids = dict(Job.objects.values_list("key", "pk"))
    assert told == [ids["b"], ids["e"]]


@pytest.mark.postgres
@pytest.mark.django_db
def test_jobs_for_later_are_not_read_by_a_sweep():
    later = datetime.now(UTC) + timedelta(days=30)
    Job.objects.bulk_create(
        Job(kind="unknown", key=f"later:{number}", subject=f"later:{number}", run_at=later)
        for number in range(LATER_JOBS)
    )
    make_running_job()
    dead = make_running_job(seconds_left=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")

    with CaptureQueriesContext(connection) as queries:
        found = services.due_job_ids(10), services.next_to_publish(10)

    assert found == ([dead.pk], [dead.pk])
    statements = [
        query["sql"] for query in queries if '"jobs_job"' in query["sql"] and "SELECT" in query["sql"]
    ]
    assert len(statements) == 4  # what runs by circuit, and what is due; twice
    assert [sql for sql in statements if _rows_read(sql) > 100] == []


@pytest.mark.embedded
@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="says how SQLite reads")
def test_sweep_of_sqlite_is_a_range_of_an_index():
    plan = Job.objects.due(NOON).available(NOON).order_by("run_at", "pk")[:20].explain()
    running = Job.objects.under_way(NOON).order_by().explain()

    assert "SEARCH jobs_job USING INDEX jobs_job_unfinished (run_at<?)" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
    assert "SEARCH jobs_job USING INDEX jobs_job_running (leased_until>?)" in running


def _rows_read(sql: str) -> int:
    """Return how many rows of the table and of its indexes a statement comes by."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        return _read_by(cursor.fetchone()[0][0]["Plan"])


def _read_by(node: dict) -> int:
    own = 0
    if "Scan" in node["Node Type"]:
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return own + sum(map(_read_by, node.get("Plans", ())))
