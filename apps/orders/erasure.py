"""What orders keep of a user who is erased: invoices are drawn anew, without the name."""

from apps.jobs.models import Job
from apps.jobs.services import enqueue
from apps.orders.jobs import INVOICE, job_of, subject_of
from apps.orders.models import Invoice, Order
from apps.users.erasure import erases
from apps.users.models import User


@erases
def forget_customer(user: User) -> None:
    """Have the invoices drawn again, and drop the errors of jobs, which may quote the address."""
    order_ids = list(Order.objects.of(user).order_by("pk").values_list("pk", flat=True))
    Job.objects.filter(subject__in=map(subject_of, order_ids)).update(last_error="")
    invoices = Invoice.objects.filter(order__user=user)
    drawn = list(invoices.order_by("order_id").values_list("order_id", flat=True))
    invoices.delete()
    enqueue(*[job_of(INVOICE, order_id).again() for order_id in drawn])
