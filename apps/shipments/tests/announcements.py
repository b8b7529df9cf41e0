"""Announcements to the carrier: its address, and what became of one."""

from datetime import timedelta

from django.utils import timezone

from apps.jobs.models import Job
from apps.orders.models import Order

URL = "http://127.0.0.1:9/parcels"  # of the carrier


def shipment() -> Job:
    return Job.objects.get(kind="shipment")


def tracking_number(order: Order) -> str | None:
    return Order.objects.get(pk=order.pk).tracking_number


def assert_is_tried_again(order: Order, error: str) -> None:
    job = shipment()
    assert (job.status, job.attempts) == ("pending", 1)
    assert timedelta(0) < job.run_at - timezone.now() <= timedelta(seconds=2.5)
    assert error in job.last_error
    assert tracking_number(order) is None


def assert_failed(order: Order, error: str, *, attempts: int = 1) -> None:
    job = shipment()
    assert (job.status, job.attempts) == ("failed", attempts)
    assert error in job.last_error
    assert tracking_number(order) is None
