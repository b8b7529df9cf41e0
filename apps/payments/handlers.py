"""Handlers of the jobs of payments. Any may run twice; none calls a provider inside of a transaction."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.jobs.email_delivery import BY_MAIL
from apps.jobs.exceptions import RunLater
from apps.jobs.models import Job
from apps.jobs.registry import Options, handler
from apps.orders.jobs import EMAILS, EXPIRY, SETTLEMENT, deliver_to_customer
from apps.orders.statuses import OrderStatus
from apps.payments import emails, services
from apps.payments.jobs import (
    CANCELLATION,
    CHECK,
    CREATION,
    PAYMENT_EMAIL,
    RECEIPT,
    REFRESH,
    REFUND,
    REFUND_EMAIL,
)
from apps.payments.models import FiscalReceipt, Payment, ReceiptState, Refund
from apps.payments.providers import KEY_HOURS, STUCK_AFTER, provider_named
from apps.payments.providers.base import (
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnreachable,
    RefundRequest,
    RefundSnapshot,
)
from apps.payments.statuses import PaymentState, RefundState

# What is watched to its end must not be given up because its provider was away often.
OF_PROVIDER: Options = {"retry_on": (ProviderUnavailable,), "attempts": 100_000, "longest_pause": 300}
SOON, QUICKLY, SLOWLY = timedelta(seconds=15), timedelta(minutes=10), timedelta(minutes=5)
QUESTIONS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


class ReceiptRefused(Exception):
    """A fiscal receipt that was not registered: the law asks for one, so somebody has to see to it."""


@handler(CREATION, label=_("Payment: beginning"), **OF_PROVIDER)
def create_payment(job: Job, *, payment_id: int) -> None:
    """Have the provider begin a payment that no answer came for, with its own key, while that is remembered.

    One that is not current any more is not begun: it is looked for, since the first call may have begun it.
    """
    payment = _payment(payment_id)
    if payment.status == PaymentState.CREATED and provider_named(payment.provider).replays_errors:
        payment = services.ask(payment)
    is_to_begin = payment.status == PaymentState.CREATED and not _is_forgotten(payment)
    if is_to_begin and services.note_sending(payment):
        services.create_at_provider(payment)


@handler(CHECK, label=_("Payment: check"), **OF_PROVIDER)
def check_payment(job: Job, *, payment_id: int) -> None:
    """Ask the provider about the payment, again and again until it is over."""
    payment = _payment(payment_id)
    if services.may_be_paid(payment):
        payment = services.ask(payment)
    if payment.status == PaymentState.CREATED and _is_forgotten(payment):
        payment = services.apply_silence(payment)
    if later := services.next_check(payment):
        raise RunLater(later)


@handler(REFRESH, label=_("Payment: question after a callback"), **OF_PROVIDER)
def refresh_payment(job: Job, *, payment_id: int, provider_id: str) -> None:
    """Ask the provider about the payment that it has called back about."""
    services.ask(_payment(payment_id), told_id=provider_id)


@handler(CANCELLATION, label=_("Payment: cancellation"), **OF_PROVIDER)
def cancel_payment(job: Job, *, payment_id: int) -> None:
    """Have the provider cancel the payment, once its number is known; where it cannot, it is watched on."""
    payment = _payment(payment_id)
    if payment.provider_id is None:
        payment = services.ask(payment)
    if not payment.is_open:
        return
    if payment.provider_id is None:
        if payment.is_unsent or _is_forgotten(payment):
            services.apply_silence(payment)
            return
        raise RunLater(_soon(payment.created_at))
    provider = provider_named(payment.provider)
    with suppress(ProviderRefused):  # it is paid, over, or not to be cancelled there: the answer below tells
        provider.cancel(payment.provider_id, key=f"cancel:{payment.uid}")
    services.ask(payment)


@handler(REFUND, label=_("Refund"), **OF_PROVIDER)
def make_refund(job: Job, *, refund_id: int) -> None:
    """Have the provider give the money back, and ask what became of it until it is over.

    A refund that no answer came for is repeated with its own key, while that is remembered; then it is looked
    for, and never sent again. What was given back in the provider's pages meanwhile did not count: it might
    have been this one. Once it is over the provider is asked for it.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.is_under_way:
        refund = _moved(refund)
    if refund.is_under_way:  # one that nobody knows of, too: it is looked for, and somebody told, every day
        raise RunLater(_next_question(refund.created_at, at_most=timedelta(days=1)))
    services.ask(_payment(refund.payment_id))


@handler(RECEIPT, label=_("Fiscal receipt"), **OF_PROVIDER)
def register_receipt(job: Job, *, receipt_id: int) -> None:
    """Have the provider register the receipt, or tell what became of it, until it is over.

    Raises ReceiptRefused when it was not registered: somebody has to see to it.
    """
    receipt = FiscalReceipt.objects.select_related("order__user", "payment", "refund").get(pk=receipt_id)
    if receipt.status == ReceiptState.PENDING:
        receipt = services.register_receipt(receipt, since=job.created_at)
    if receipt.status == ReceiptState.CANCELED:
        raise ReceiptRefused(receipt.key)
    if receipt.status == ReceiptState.PENDING:
        raise RunLater(_next_question(job.created_at, at_most=timedelta(hours=1)))


@handler(SETTLEMENT, label=_("Settlement of money"))
def settle(job: Job, *, order_id: int) -> None:
    """Give back what the store owes on the order."""
    services.settle_money(order_id)


@handler(EXPIRY, label=_("Expiry of an unpaid order"))
def expire(job: Job, *, order_id: int) -> None:
    """Cancel the order if it was not paid in time."""
    services.expire_order(order_id)


@handler(PAYMENT_EMAIL, label=_("E-mail about a payment"), follows=EMAILS, **BY_MAIL)
def send_payment_email(job: Job, *, payment_id: int, status: str) -> None:
    """Tell the customer that money has come, or that a payment has failed.

    A failure is no news any more when the order is paid, being paid again, or cancelled.
    """
    payment = Payment.objects.select_related("order__user").get(pk=payment_id)
    order = payment.order
    is_news = status != PaymentState.FAILED or (
        payment.status == status and payment.is_current and order.status != OrderStatus.CANCELLED
    )
    if is_news and order.customer_email:
        notice = emails.failure_notice if status == PaymentState.FAILED else emails.received_notice
        deliver_to_customer(job, order, notice(payment, message_id=job.uuid))


@handler(REFUND_EMAIL, label=_("E-mail about a refund"), follows=EMAILS, **BY_MAIL)
def send_refund_email(job: Job, *, refund_id: int) -> None:
    """Tell the customer that money was sent back."""
    refund = Refund.objects.select_related("payment", "order__user").get(pk=refund_id)
    is_made = refund.status == RefundState.SUCCEEDED  # a bank may have sent it back since
    if is_made and refund.order.customer_email:
        deliver_to_customer(job, refund.order, emails.refund_notice(refund, message_id=job.uuid))


def _payment(payment_id: int) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment_id)


def _is_forgotten(payment: Payment) -> bool:
    """Tell whether the provider may have forgotten the key that the payment was begun with."""
    return timezone.now() - payment.created_at > KEY_HOURS


def _soon(since: datetime) -> datetime:
    now = timezone.now()
    return now + (SOON if now - since < QUICKLY else SLOWLY)


def _next_question(since: datetime, *, at_most: timedelta) -> datetime:
    now = timezone.now()
    return now + next((pause for pause in QUESTIONS if now - since < pause), at_most)


def _moved(refund: Refund) -> Refund:
    """Have the provider make the refund or tell of it, and return it as it is now."""
    provider = provider_named(refund.payment.provider)
    now = timezone.now()
    if refund.provider_id or (refund.sent_at and now - refund.sent_at > KEY_HOURS):
        snapshot = _found(provider, refund)
    else:
        try:
            snapshot = _sent(provider, refund)
        except ProviderRefused as refused:
            return services.apply_refund_refusal(refund, refused.code)
    if snapshot is None or now - refund.created_at > STUCK_AFTER:
        services.note_stuck(refund)
    return services.apply_refund(refund, snapshot) if snapshot else refund


def _sent(provider: Provider, refund: Refund) -> RefundSnapshot:
    """Have the provider make the refund.

    Raises ProviderRefused when it was not made, and ProviderUnavailable when nobody knows.
    """
    is_first = services.note_refund_sent(refund)
    try:
        return provider.refund(_request(refund))
    except ProviderUnreachable:
        if is_first:  # an earlier call may have got there
            services.note_refund_unsent(refund)
        raise
    except ProviderRefused:
        # The call before may have made it, and its answer been lost: only the list can tell that it did not.
        try:
            made = _listed(provider, refund)
        except ProviderRefused as error:
            raise ProviderUnavailable("The refund is refused, and so is the list of refunds") from error
        if made is None:
            raise
        return made


def _found(provider: Provider, refund: Refund) -> RefundSnapshot | None:
    """Return what the provider says of the refund, by its number or in its list; None: nobody knows."""
    with suppress(ProviderRefused):  # to tell of it: that does not say that the money was not given back
        if refund.provider_id:
            return provider.fetch_refund(refund.provider_id)
        return _listed(provider, refund)
    return None


def _listed(provider: Provider, refund: Refund) -> RefundSnapshot | None:
    """Return the refund out of the provider's list; None when it is not there. Raises ProviderRefused."""
    found = provider.refunds_of(refund.payment.provider_id or "")
    return next((each for each in found if each.uid == refund.uid), None)


def _request(refund: Refund) -> RefundRequest:
    payment = refund.payment
    return RefundRequest(
        uid=refund.uid,
        payment_uid=payment.uid,
        provider_id=payment.provider_id or "",
        amount=refund.amount,
        currency=payment.currency,
        receipt=services.receipt_of_refund(refund),
    )
