"""Jobs for real workers, which load this module: calls to payment providers, and one that puts itself off."""

import socket
from datetime import timedelta

from django.utils import timezone

from apps.jobs.exceptions import RunLater
from apps.jobs.models import Job
from apps.jobs.registry import handler

CALL, PATIENT = "test_call", "test_patient"
PATIENCE = timedelta(seconds=3)


@handler(CALL, retry_on=(OSError,), attempts=1000)
def call(job: Job, *, port: int) -> None:
    """Wait for the first byte of the provider's answer, for a minute. Raises OSError without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        if not connection.recv(1):
            raise ConnectionError("The provider does not answer")


@handler(PATIENT)
def wait(job: Job) -> None:
    """Be done some seconds after the job was ordered, and not before."""
    if timezone.now() < job.created_at + PATIENCE:
        raise RunLater(job.created_at + PATIENCE)
