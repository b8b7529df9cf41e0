"""Jobs of an order: which follow its placing and each status, and a handler for each kind. Any may run twice.

E-mails about an order are sent in the order of its status changes: each waits for those before it, and the
shipping e-mail also for the carrier's response.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.jobs.email_delivery import BY_MAIL, deliver
from apps.jobs.models import Job
from apps.jobs.registry import enqueues, handler
from apps.jobs.services import JobSpec
from apps.jobs.subjects import SubjectKind, register_subjects
from apps.orders import emails, personal_data
from apps.orders.models import JOB_SUBJECT, MONEY_SUBJECT, Invoice, Order
from apps.orders.statuses import CLOSED, OrderStatus
from apps.users.models import User

logger = logging.getLogger(__name__)

INVOICE = "invoice"
CONFIRMATION_EMAIL = "confirmation_email"
STATUS_EMAIL = "status_email"
SHIPMENT = "shipment"
ERASURE = "order_erasure"
EXPIRY = "expire_order"
SETTLEMENT = "settle_money"
EMAILS = (CONFIRMATION_EMAIL, STATUS_EMAIL)  # to the customer, in the order of the status changes
UNCONFIRMED = "unconfirmed"  # rate limit of a mailbox: e-mails while its address is not confirmed
STALE_AFTER = timedelta(minutes=10)
ORDERS = SubjectKind(_("Order #%(number)s"), "admin:orders_order_change", "orders.view_order")
register_subjects(JOB_SUBJECT, ORDERS)
register_subjects(MONEY_SUBJECT, ORDERS)
enqueues(SHIPMENT, EXPIRY, SETTLEMENT)


def subject_of(order_id: int) -> str:
    """Return what an order's jobs are found by."""
    return f"{JOB_SUBJECT}{order_id}"


def money_subject(order_id: int) -> str:
    """Return what the jobs of an order's money are found by: checks that run for weeks hold up no e-mail."""
    return f"{MONEY_SUBJECT}{order_id}"


def job_of(kind: str, order: Order, **arguments: str) -> JobSpec:
    """Return what a job of the order is ordered by, which happens once for these arguments."""
    return JobSpec(
        kind,
        key=":".join([kind, str(order.pk), *arguments.values()]),
        subject=subject_of(order.pk),
        arguments={"order_id": order.pk, **arguments},
        owner=f"user:{order.user_id}",
    )


def jobs_of_placing(order: Order) -> list[JobSpec]:
    """Return what is to be done when the order is placed."""
    jobs = [job_of(INVOICE, order), job_of(CONFIRMATION_EMAIL, order)]
    if order.expires_at:
        jobs.append(expiry_of(order))
    return jobs


def expiry_of(order: Order) -> JobSpec:
    """Return the job that cancels the order when it is not paid in time: one for life, which is put off."""
    return _of_money(EXPIRY, order, run_at=order.expires_at)


def jobs_of_status(order: Order) -> list[JobSpec]:
    """Return what is to be done when the order has reached its present status."""
    jobs = [job_of(STATUS_EMAIL, order, status=order.status)]
    if order.status == OrderStatus.SHIPPED and settings.SHIPPING_API_URL:
        jobs.insert(0, job_of(SHIPMENT, order))  # the e-mail tells its number
    if order.status == OrderStatus.CANCELLED and (
        order.paid_total > order.refunded_total or order.open_payments
    ):
        jobs.append(_of_money(SETTLEMENT, order, "cancelled"))
    if order.status in CLOSED and order.holds_personal_data and _is_of_nobody(order):
        jobs.append(job_of(ERASURE, order))
    return jobs


@handler(INVOICE, label=_("Invoice"), attempts=5)
def make_invoice(job: Job, *, order_id: int) -> None:
    """Make the order's PDF and store it; that of a cancelled order only when somebody has asked for it."""
    order = load_order(order_id, "invoice")
    if _is_cancelled(order) and job.key == job_of(INVOICE, order).key:
        logger.info("%s is left out: order %s is cancelled by now", job, order_id)
    else:
        _invoice_of(order)


@handler(CONFIRMATION_EMAIL, label=_("E-mail about the order"), follows=EMAILS, **BY_MAIL)
def send_confirmation_email(job: Job, *, order_id: int) -> None:
    """Send the confirmation with the PDF, which is made here if its own job has not come to it yet.

    Of a cancelled order nothing is confirmed: the e-mail about the cancellation says all there is to say.
    """
    order = load_order(order_id, "invoice")
    if _is_cancelled(order):
        logger.info("%s is left out: order %s is cancelled by now", job, order_id)
    elif order.customer_email:
        deliver_to_customer(
            job, order, emails.confirmation(order, _attached_invoice(order), message_id=job.uuid)
        )


@handler(STATUS_EMAIL, label=_("E-mail about the status"), follows=(*EMAILS, SHIPMENT), **BY_MAIL)
def send_status_email(job: Job, *, order_id: int, status: str) -> None:
    """Tell the customer the new status of the order.

    Skip it when the order has been cancelled since, or has changed again while the mail server was down: the
    next e-mail says everything.
    """
    order = load_order(order_id)
    if order.status != status and (_is_cancelled(order) or _is_stale(job)):
        logger.info("%s is left out: order %s is %s by now", job, order_id, order.status)
    elif order.customer_email:
        deliver_to_customer(job, order, emails.status_notice(order, OrderStatus(status), message_id=job.uuid))


@handler(ERASURE, label=_("Erasure of personal data"))
def erase_closed_order(job: Job, *, order_id: int) -> None:
    """Erase what the order kept of a customer whose data was erased while it was open."""
    personal_data.erase_closed_order(order_id)


def _of_money(kind: str, order: Order, *cause: str, run_at: datetime | None = None) -> JobSpec:
    return JobSpec(
        kind,
        key=":".join([kind, str(order.pk), *cause]),
        subject=money_subject(order.pk),
        arguments={"order_id": order.pk},
        owner=f"user:{order.user_id}",
        run_at=run_at,
    )


def _is_of_nobody(order: Order) -> bool:
    # Asked under the lock of the order, which an erasure takes first: it comes before, or finds it closed.
    return User.objects.filter(pk=order.user_id, erased_at__isnull=False).exists()


def _is_cancelled(order: Order) -> bool:
    return order.status == OrderStatus.CANCELLED


def _is_stale(job: Job) -> bool:
    return timezone.now() - job.created_at > STALE_AFTER


def deliver_to_customer(job: Job, order: Order, message: EmailMessage) -> None:
    """Send the job's message about the order, if the mailbox may get another one.

    Raises what `deliver` raises.
    """
    # Who has not confirmed an address may have typed a stranger's.
    deliver(job, message, rate_limit=None if order.has_confirmed_email else UNCONFIRMED)


def load_order(order_id: int, *also: str) -> Order:
    """Return the order with its customer, and with the further relations. Raises Order.DoesNotExist."""
    return Order.objects.select_related("user", *also).prefetch_related("items").get(pk=order_id)


def _attached_invoice(order: Order) -> bytes:
    """Return the order's invoice, but for addresses where a stranger may read it: they are texts too."""
    from apps.orders import invoices  # noqa: PLC0415  as below

    invoice = _invoice_of(order)
    if order.has_addresses and not order.has_confirmed_email:
        return invoices.drawn(order, has_addresses=False)
    return bytes(invoice.pdf)


def _invoice_of(order: Order) -> Invoice:
    from apps.orders import invoices  # noqa: PLC0415  reportlab takes 7 MB, and who only serves never draws

    return invoices.invoice_of(order)
