"""What staff do to an order beside its status: notes, e-mails and invoices once more, a look taken."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record_change
from apps.core.database.transactions import retried_atomic
from apps.jobs.models import Job
from apps.jobs.services import JobSpec, repeat
from apps.orders.jobs import CONFIRMATION_EMAIL, INVOICE, STATUS_EMAIL, job_of
from apps.orders.models import Invoice, Order
from apps.orders.services.transitions import with_items
from apps.orders.statuses import OrderStatus
from apps.users.models import User


@retried_atomic
def write_staff_note(
    *,
    order_id: int,
    note: str,
    written_by: User,
    precondition: Callable[[Order], None] | None = None,
) -> Order:
    """Write what staff tell one another about the order, in place of what stands there.

    `precondition` is called with the locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    if precondition:
        precondition(with_items(order))
    before, order.staff_note = order.staff_note, note
    if note != before:
        order.save(update_fields=["staff_note", "updated_at"])
        # That there is one, not what it says: a note can name somebody, and the trail is for ever.
        record_change(order, {"staff_note": [before and "…", note and "…"]}, by=written_by)
    return with_items(order)


@retried_atomic
def clear_needs_look(*, order_id: int, by: User, precondition: Callable[[Order], None] | None = None) -> None:
    """Note that somebody has looked into the order's money.

    `precondition` is called with the locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    if precondition:
        precondition(order)
    if before := order.needs_look:
        order.needs_look = ""
        order.save(update_fields=["needs_look", "updated_at"])
        record_change(order, {"needs_look": [before, ""]}, by=by)


@retried_atomic
def resend_email(*, order_id: int) -> Job:
    """Have the e-mail about the order's present status sent once more.

    Raises Order.DoesNotExist, and ValidationError when the customer has no address, or when the e-mail is
    still on its way.
    """
    order = Order.objects.locked().select_related("user").get(pk=order_id)
    if not order.customer_email:
        raise ValidationError(_("The customer has no e-mail address."), code="no_address")
    is_new = order.status == OrderStatus.PENDING
    wanted = job_of(CONFIRMATION_EMAIL, order) if is_new else job_of(STATUS_EMAIL, order, status=order.status)
    return _done_again(wanted)


@retried_atomic
def remake_invoice(*, order_id: int) -> Job:
    """Have the order's invoice drawn once more, in place of the one that is there.

    Raises Order.DoesNotExist, and ValidationError when it is being made already.
    """
    order = Order.objects.locked().get(pk=order_id)
    job = _done_again(job_of(INVOICE, order))
    Invoice.objects.filter(order=order).delete()
    return job


@retried_atomic
def draw_invoice_if_left_out(*, order_id: int) -> None:
    """Have the invoice drawn that was left out as the order was cancelled: somebody asks for it.

    Raises Order.DoesNotExist.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.status == OrderStatus.CANCELLED and not Invoice.objects.filter(order=order).exists():
        repeat(job_of(INVOICE, order))


def _done_again(wanted: JobSpec) -> Job:
    job = repeat(wanted)
    if job is None:
        raise ValidationError(_("This is already under way."), code="under_way")
    return job
