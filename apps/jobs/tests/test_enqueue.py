"""Jobs are ordered in the transaction of what makes them necessary."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from apps.core.observability.request_id import request_id_set
from apps.jobs import broker
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.embedded


def order_of(key: str) -> JobSpec:
    return JobSpec(kind="unknown", key=key, subject="test:1", arguments={"number": 7})


@pytest.mark.django_db(transaction=True)
def test_job_outside_of_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        enqueue(order_of("a"))

    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_jobs_of_a_change_that_is_taken_back_do_not_exist(settings):
    settings.STORE_EMBEDDED = True
    broker.wake_up.clear()

    with transaction.atomic():
        enqueue(order_of("a"), order_of("b"))
        transaction.set_rollback(True)

    assert not Job.objects.exists()
    assert not broker.wake_up.is_set()


@pytest.mark.django_db(transaction=True)
def test_workers_are_told_when_the_change_is_made_and_not_before(settings):
    settings.STORE_EMBEDDED = True
    broker.wake_up.clear()

    with transaction.atomic():
        enqueue(order_of("a"))
        told_before = broker.wake_up.is_set()

    assert not told_before
    assert broker.wake_up.is_set()
    broker.wake_up.clear()


@pytest.mark.django_db
def test_job_is_stored_as_ordered_and_due_at_once():
    with time_machine.travel(NOON, tick=False), request_id_set("checkout-42"):
        enqueue(order_of("a"))

    assert Job.objects.values(
        "kind", "key", "subject", "arguments", "request_id", "status", "attempts", "run_at", "published_at"
    ).get() == {
        "kind": "unknown",
        "key": "a",
        "subject": "test:1",
        "arguments": {"number": 7},
        "request_id": "checkout-42",
        "status": "pending",
        "attempts": 0,
        "run_at": NOON,
        "published_at": NOON,
    }


@pytest.mark.django_db
def test_key_is_taken_once_over_all_time():
    enqueue(order_of("a"))
    Job.objects.update(status="done")

    with pytest.raises(IntegrityError), transaction.atomic():
        enqueue(order_of("b"), order_of("a"))

    assert list(Job.objects.values_list("key", "status")) == [("a", "done")]
