"""A circuit is shared by whatever jobs name it: their limit, their failures and their pause are its own."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from apps.core.observability.metrics import AT_SCRAPE
from apps.jobs import services
from apps.jobs.circuit_breaker import FAILURES_TO_PAUSE, PAUSE_SECONDS
from apps.jobs.circuit_registry import circuit_label, circuit_named, register_circuit
from apps.jobs.models import CircuitState, Job
from apps.jobs.runner import Runner, run_due_jobs, run_job
from apps.jobs.services import JobSpec, enqueue
from apps.jobs.tests.factories import make_job, make_running_job
from tests.support.processes import wait_for

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
YOOKASSA, STRIPE = "provider:yookassa", "provider:stripe"

pytestmark = pytest.mark.django_db


class Away(Exception):
    """The provider does not answer."""


class Provider:
    """Two kinds of calls, each to the provider that its job names; who is away does not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.calls: list[str] = []
        self.create = self.refund = ""

    def call(self, job: Job) -> None:
        self.calls.append(job.circuit)
        if job.circuit in self.away:
            raise Away("HTTP 503")


@pytest.fixture
def provider(kind_of: Callable[..., str]) -> Provider:
    provider = Provider()
    provider.create, provider.refund = (
        kind_of(provider.call, retry_on=(Away,), attempts=1000) for _ in range(2)
    )
    return provider


@pytest.fixture(params=[None, 2], ids=["no limit", "limit"])
def family(request, kind_of) -> int | None:
    register_circuit("provider:", label="Provider %(name)s", limit=request.param)
    return request.param


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def fail_often(provider: Provider) -> None:
    provider.away = {YOOKASSA}
    for _ in range(FAILURES_TO_PAUSE):
        run_job(make_job(provider.create, circuit=YOOKASSA).pk)


def test_failures_of_one_kind_stop_the_other_kind_of_the_circuit_and_no_other_circuit(
    provider: Provider, family: int | None, clock
):
    fail_often(provider)
    stopped = [make_job(kind, circuit=YOOKASSA) for kind in (provider.create, provider.refund)]
    others = [make_job(provider.refund, circuit=STRIPE), make_job(provider.refund), make_job()]
    ids = [job.pk for job in others]

    due, announced = services.due_job_ids(10), services.next_to_publish(10)
    claimed = [services.claim(job.pk) for job in (*stopped, *others)]

    assert CircuitState.objects.values_list("name", "failures").get(failures__gt=0) == (
        YOOKASSA,
        FAILURES_TO_PAUSE,
    )
    assert due == ids
    assert sorted(announced) == ids
    assert claimed == [None, None, *others]


def test_one_job_of_the_circuit_is_tried_after_the_pause_of_whatever_kind(
    provider: Provider, family: int | None, clock
):
    fail_often(provider)
    jobs = [make_job(kind, circuit=YOOKASSA) for kind in (provider.create, provider.refund)]
    clock.shift(PAUSE_SECONDS)

    claimed = [services.claim(job.pk) for job in jobs]

    assert claimed == [jobs[0], None]


def test_what_failures_put_off_goes_on_with_its_circuit_alone(provider: Provider, family: int | None, clock):
    put_off = {"run_at": NOON + timedelta(hours=1), "last_error": "Away"}
    here = make_job(provider.refund, circuit=YOOKASSA, **put_off)
    there = make_job(provider.refund, circuit=STRIPE, **put_off)
    fail_often(provider)
    clock.shift(PAUSE_SECONDS)
    provider.away = set()

    run_job(make_job(provider.create, circuit=YOOKASSA).pk)
    run_due_jobs(100)

    assert Job.objects.get(pk=here.pk).status == "done"
    assert Job.objects.get(pk=there.pk).status == "pending"
    assert set(CircuitState.objects.values_list("failures", "paused_until")) == {(0, None)}


def test_each_circuit_of_a_family_has_a_limit_of_its_own(provider: Provider, kind_of):
    register_circuit("provider:", limit=2)
    register_circuit("provider:slow", limit=1)
    make_running_job(provider.create, circuit=YOOKASSA)
    make_running_job(provider.refund, circuit=YOOKASSA)
    full = make_job(provider.create, circuit=YOOKASSA)
    others = [make_job(provider.create, circuit=STRIPE) for _ in range(3)]
    slow = [make_job(provider.create, circuit="provider:slow") for _ in range(2)]

    claimed = [services.claim(job.pk) for job in (full, *others, *slow)]

    assert claimed == [None, *others[:2], None, slow[0], None]


def test_job_may_name_another_circuit_than_its_kind(kind_of: Callable[..., str]):
    register_circuit("provider:")
    register_circuit("post", limit=1)
    kind = kind_of(lambda job: None, circuit="post")
    make_running_job(kind)
    own, elsewhere = make_job(kind), make_job(kind, circuit=STRIPE)

    claimed = services.claim(own.pk), services.claim(elsewhere.pk)

    assert claimed == (None, elsewhere)


def test_circuit_of_a_spec_is_kept_with_the_job(provider: Provider, family: int | None):
    enqueue(
        JobSpec(provider.create, key="a", subject="test:1", circuit=YOOKASSA),
        JobSpec(provider.create, key="b", subject="test:1"),
    )

    assert list(Job.objects.order_by("key").values_list("circuit", flat=True)) == [YOOKASSA, ""]


def test_unknown_circuit_is_refused(provider: Provider):
    with pytest.raises(LookupError, match="No circuit provder:stripe is declared"):
        enqueue(JobSpec(provider.create, key="a", subject="test:1", circuit="provder:stripe"))

    assert not Job.objects.exists()


def test_job_of_a_circuit_that_only_a_newer_release_knows_is_done(provider: Provider):
    job = make_job(provider.create, circuit="of tomorrow")
    CircuitState.objects.create(name="of tomorrow", failures=9)

    run_due_jobs()

    job.refresh_from_db()
    assert job.status == "done"


def test_circuits_have_names_for_staff(family: int | None, client, staff):
    CircuitState.objects.create(name=STRIPE, failures=9, failing_since=NOON, last_error="HTTP 503")
    client.force_login(staff)

    page = client.get(reverse("admin:jobs_job_figures"), headers={"accept-language": "en"})

    assert "<strong>Provider stripe</strong>" in page.text
    with translation.override("en"):
        labels = [circuit_label(name) for name in ("mail", "shipment", "of tomorrow")]
    assert labels == ["E-mail", "Shipment", "of tomorrow"]


def test_metrics_tell_of_each_circuit(family: int | None):
    CircuitState.objects.create(name=STRIPE, failures=7)
    CircuitState.objects.create(name="of tomorrow", failures=9)

    failures = {
        sample.labels["circuit"]: sample.value
        for metric in AT_SCRAPE.collect()
        for sample in metric.samples
        if sample.name == "store_job_outage_failures"
    }

    assert failures == {STRIPE: 7}


def test_mail_and_carrier_have_the_circuits_they_had(settings):
    assert circuit_named("mail").limit is None
    assert circuit_named("shipment").limit == settings.SHIPPING_CONCURRENCY
    assert circuit_named("shipment").kinds == ("shipment",)


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_provider_that_hangs_stops_neither_another_one_nor_mails(kind_of: Callable[..., str]):
    register_circuit("provider:", limit=1)
    go_on = threading.Event()
    kind = kind_of(lambda job: job.circuit != YOOKASSA or go_on.wait(20))
    mail = kind_of(lambda job: None, circuit="mail")
    with transaction.atomic():
        enqueue(*(JobSpec(kind, f"dead:{number}", f"dead:{number}", circuit=YOOKASSA) for number in range(8)))
        enqueue(*(JobSpec(kind, f"alive:{number}", f"alive:{number}", circuit=STRIPE) for number in range(8)))
        enqueue(*(JobSpec(mail, f"mail:{number}", f"mail:{number}") for number in range(8)))
    runner = Runner(2)
    runner.start()
    try:
        wait_for(lambda: Job.objects.filter(status="done").count() == 16)
        meanwhile = Job.objects.filter(circuit=YOOKASSA).values_list("status", flat=True)
        assert sorted(meanwhile) == ["pending"] * 7 + ["running"]
        go_on.set()
        wait_for(lambda: not Job.objects.exclude(status="done").exists())
    finally:
        go_on.set()
        runner.stop(timeout=20)


def test_rows_and_updates_of_the_previous_release_fit(provider: Provider):
    register_circuit("post", limit=1)
    with connection.cursor() as cursor:  # which knows no circuit of a job, and calls that of a kind `kind`
        cursor.execute(
            "INSERT INTO jobs_job (uuid, kind, key, subject, arguments, owner, request_id, status, attempts,"
            " run_at, last_error, created_at, updated_at)"
            " VALUES (%s, %s, 'old', 'test:1', '{}', '', '', 'pending', 0, %s, '', %s, %s)",
            ["5" * 32, provider.create, NOON, NOON, NOON],
        )
        cursor.execute("INSERT INTO jobs_circuitstate (kind, failures) VALUES ('post', 1)")
        cursor.execute("UPDATE jobs_circuitstate SET failures = failures + 1 WHERE kind = 'post'")
        cursor.execute("UPDATE jobs_job SET attempts = attempts + 1 WHERE key = 'old'")

    assert Job.objects.values_list("circuit", "attempts").get() == ("", 1)
    assert CircuitState.objects.values_list("name", "failures").get() == ("post", 2)
    run_due_jobs()
    assert Job.objects.get().status == "done"
