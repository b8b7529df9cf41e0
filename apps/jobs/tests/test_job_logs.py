"""Log lines of a running job: with its id and that of the request that ordered it."""

import logging
import threading

import pytest
from django.db import transaction

from apps.core.observability.logs import JOB_ID, IdsFilter
from apps.core.observability.request_id import request_id_set
from apps.jobs import services
from apps.jobs.models import Job
from apps.jobs.runner import run_job
from apps.jobs.services import JobSpec, enqueue

logger = logging.getLogger(__name__)


@pytest.fixture
def ids(caplog):
    """Return a function that lists the ids of what has been logged, by anybody but the messenger's thread."""
    caplog.set_level(logging.INFO)
    caplog.handler.addFilter(IdsFilter())
    return lambda: [
        (record.request_id, record.job_id, record.getMessage())
        for record in caplog.records
        if record.threadName != "job-publisher"
    ]


def order_job(kind: str, key: str) -> Job:
    with transaction.atomic(), request_id_set("checkout-42"):
        enqueue(JobSpec(kind=kind, key=key, subject="order:1"))
    return Job.objects.get(key=key)


@pytest.mark.django_db
def test_lines_of_a_job_carry_its_id_and_its_request(kind_of, ids):
    kind = kind_of(lambda job: logger.info("at work"))
    first, second = order_job(kind, "a"), order_job(kind, "b")

    run_job(first.pk)

    assert ids() == [
        ("checkout-42", first.pk, "at work"),
        ("checkout-42", first.pk, "Job a done"),
        ("checkout-42", second.pk, "at work"),
        ("checkout-42", second.pk, "Job b done"),
    ]
    assert JOB_ID.get() is None


@pytest.mark.django_db
def test_failure_is_logged_under_the_job(kind_of, ids):
    def run(job):
        raise ValueError("no such tea")

    job = order_job(kind_of(run), "a")

    run_job(job.pk)

    assert ids() == [("checkout-42", job.pk, "Job a failed")]


@pytest.mark.django_db(transaction=True)
def test_what_keeps_the_lease_logs_under_the_job(kind_of, ids, settings, monkeypatch):
    renewed = threading.Event()

    def renew(job):
        logger.info("renewing")
        renewed.set()

    settings.JOB_LEASE_SECONDS = 0.06
    job = order_job(kind_of(lambda job: renewed.wait(20)), "a")
    monkeypatch.setattr(services, "renew_lease", renew)

    run_job(job.pk)

    assert ids()[0] == ("checkout-42", job.pk, "renewing")
