"""Prometheus metrics of jobs: what waits, what failed, and how long the oldest has waited."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from apps.core.observability.metrics import COUNTED
from apps.jobs.metrics import JobCollector
from apps.jobs.models import CircuitState, Job
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.factories import make_job, make_running_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def figures() -> dict[tuple[str, ...], float]:
    samples = [sample for family in JobCollector().collect() for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_jobs_that_are_not_done_are_counted_by_kind_and_status():
    for status in ("pending", "pending", "done", "done", "failed"):
        make_job("invoice", status=status, run_at=NOON + MINUTE)
    make_job("shipment", status="failed")
    make_running_job("shipment")

    assert figures() == {
        ("store_jobs", "invoice", "pending"): 2,
        ("store_jobs", "invoice", "failed"): 1,
        ("store_jobs", "shipment", "failed"): 1,
        ("store_jobs", "shipment", "running"): 1,
        ("store_jobs_oldest_due_seconds",): 0,
    }


def test_store_without_jobs_says_that_none_waits():
    assert figures() == {("store_jobs_oldest_due_seconds",): 0}


@pytest.mark.parametrize(
    ("waiting", "seconds"),
    [
        ([{"run_at": NOON}], 0),
        ([{"run_at": NOON - MINUTE}, {"run_at": NOON - 10 * MINUTE}, {"run_at": NOON + MINUTE}], 600),
        ([{"run_at": NOON - 10 * MINUTE, "status": "failed"}, {"run_at": NOON - MINUTE}], 60),
        ([{"run_at": NOON - 10 * MINUTE, "status": "done"}, {"run_at": NOON - MINUTE, "kind": "other"}], 60),
    ],
)
def test_oldest_due_job_tells_how_long_it_has_waited(waiting, seconds):
    for values in waiting:
        make_job(**values)

    assert figures()[("store_jobs_oldest_due_seconds",)] == seconds


def test_job_of_a_dead_worker_waits_from_the_end_of_its_lease():
    make_running_job(run_at=NOON - 10 * MINUTE, seconds_left=60)
    make_running_job(run_at=NOON - 10 * MINUTE, seconds_left=-30)

    assert figures()[("store_jobs_oldest_due_seconds",)] == 30


def test_outages_are_told():
    CircuitState.objects.create(name="mail", failures=7)
    CircuitState.objects.create(name="shipment")
    CircuitState.objects.create(name="of another release", failures=9)

    assert figures() == {
        ("store_job_outage_failures", "mail"): 7,
        ("store_job_outage_failures", "shipment"): 0,
        ("store_jobs_oldest_due_seconds",): 0,
    }


def test_figures_cost_two_queries(django_assert_num_queries):
    make_job()

    with django_assert_num_queries(2):
        figures()


def test_while_the_database_is_away_the_other_figures_can_be_read(api, settings):
    settings.METRICS_TOKEN = "scrape"

    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        response = api.get("/metrics", HTTP_AUTHORIZATION="Bearer scrape")

    assert response.status_code == 200
    assert b"# TYPE store_requests_total counter" in response.content
    assert b"store_jobs_oldest_due_seconds" not in response.content


def test_jobs_are_counted_when_their_order_is_stored(settings, django_capture_on_commit_callbacks):
    settings.METRICS_TOKEN = "scrape"

    def ordered() -> float:
        return COUNTED.get_sample_value("store_jobs_ordered_total", {"kind": "tea"}) or 0

    before = ordered()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        enqueue(JobSpec("tea", key="a", subject="test"), JobSpec("tea", key="b", subject="test"))
        within = ordered()

    assert (within - before, ordered() - before) == (0, 2)


@pytest.mark.postgres
def test_figures_do_not_read_the_jobs_that_are_done():
    Job.objects.bulk_create(
        Job(kind="tea", key=f"done:{number}", subject=f"done:{number}", status="done")
        for number in range(5000)
    )
    make_job(status="failed")
    make_job()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")

    plan = Job.objects.not_done_by_kind(NOON).explain()

    assert "jobs_job_unfinished" in plan
    assert "jobs_job_failed" in plan
    assert "Seq Scan" not in plan
