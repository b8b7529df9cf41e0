"""Jobs of shipments: a shipped order is announced to the carrier, once."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record_change
from apps.jobs.circuit_registry import register_circuit
from apps.jobs.models import Job, JobStatus
from apps.jobs.registry import handler
from apps.jobs.services import enqueue
from apps.orders.jobs import SHIPMENT, STATUS_EMAIL, job_of, load_order, subject_of
from apps.orders.models import Order
from apps.orders.statuses import OrderStatus
from apps.shipments import carrier

register_circuit(SHIPMENT, limit=settings.SHIPPING_CONCURRENCY)


@handler(
    SHIPMENT,
    label=_("Shipment"),
    retry_on=(carrier.CarrierUnavailable,),
    attempts=20,
    circuit=SHIPMENT,
)
def announce_shipment(job: Job, *, order_id: int) -> None:
    """Tell the carrier about the order, once: it sees the same idempotency key at every attempt."""
    order = load_order(order_id)
    if order.tracking_number:
        return  # an earlier attempt got this far
    tracking_number = carrier.announce(order, idempotency_key=str(job.uuid))
    with transaction.atomic():
        # The lock comes first, so that `updated_at` never falls behind a move that was made meanwhile.
        order = Order.objects.locked().get(pk=order_id)
        record_change(order, {"tracking_number": [order.tracking_number, tracking_number]})
        order.tracking_number = tracking_number
        order.save(update_fields=["tracking_number", "updated_at"])
        if order.status == OrderStatus.SHIPPED and _was_told(order):
            enqueue(job_of(STATUS_EMAIL, order, status=order.status).again())


def _was_told(order: Order) -> bool:
    """Tell whether the customer knows the order's status, and not its number: the carrier had failed."""
    last = Job.objects.about(subject_of(order.pk)).filter(kind=STATUS_EMAIL).last()
    return last is not None and last.status == JobStatus.DONE
