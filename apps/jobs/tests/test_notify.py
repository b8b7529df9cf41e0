"""Workers are told of jobs; when the broker is away, nobody waits for it."""

import time

import pytest

from apps.jobs import broker, services
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue
from tests.support.processes import wait_for

pytestmark = pytest.mark.embedded


def test_ring_returns_at_once_when_the_broker_is_away(broker_away, caplog):
    began = time.monotonic()
    broker.notify([81, 82])
    seconds = time.monotonic() - began

    assert seconds < 0.2
    # Others may be among them: of tests before this one, whose messenger has not given up yet.
    expected = {f"Job {number} is not announced: the broker is away, or has enough" for number in (81, 82)}
    wait_for(lambda: expected <= set(caplog.messages))


def test_broker_that_is_away_is_asked_once_a_second(broker_away, caplog):
    broker.notify(range(1, 201))
    wait_for(lambda: "Job 200 is not announced: the broker is away, or has enough" in caplog.messages)

    asked = [message for message in caplog.messages if message.startswith("The broker does not answer")]
    assert 1 <= len(asked) <= 3, asked


def test_message_that_the_broker_does_not_take_is_reported(broker_away):
    taken = broker.publish(1)

    assert taken is False


def test_embedded_store_rings_its_own_bell(settings):
    settings.STORE_EMBEDDED = True
    broker.wake_up.clear()

    broker.notify([1])

    assert broker.wake_up.is_set()
    broker.wake_up.clear()


@pytest.mark.django_db
def test_job_is_stored_when_the_broker_is_away(broker_away, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(JobSpec(kind="unknown", key="a", subject="order:1"))

    assert services.due_job_ids(10) == [Job.objects.get(key="a").pk]
