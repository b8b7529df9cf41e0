"""Starting a payment: a row first, then the provider's answer. No call is made inside of a transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext

from apps.audit.models import Action
from apps.audit.services import changes_from_nothing, record, values_of
from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.idempotency.exceptions import KeyReused
from apps.jobs.circuit_breaker import count_failure, is_paused
from apps.jobs.services import enqueue
from apps.orders.bank_transfer import transfer_text
from apps.orders.configuration import PAYMENT_METHODS, OfferedPaymentMethod
from apps.orders.exceptions import PaymentMethodUnavailable
from apps.orders.models import Order, PaymentMethod, PaymentTerms
from apps.orders.order_text import address_of_order
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import (
    NothingDue,
    OrderNotPayable,
    PaymentRefused,
    ProviderAway,
    ReturnUrlNotAllowed,
)
from apps.payments.jobs import check_of, circuit_name, creation_of
from apps.payments.models import Payment
from apps.payments.providers import provider_named
from apps.payments.providers.base import (
    NextAction,
    PaymentRequest,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnreachable,
)
from apps.payments.return_urls import is_allowed_return_url
from apps.payments.services.applying import apply, apply_refusal
from apps.payments.services.call_places import place_for_call
from apps.payments.services.ledger import Ledger
from apps.payments.services.receipting import receipt_of_payment
from apps.payments.statuses import PaymentState
from apps.store.configuration_cache import current_configuration
from apps.users.models import User

NEW = ("method", "amount", "provider")  # of a new payment in the audit trail


@dataclass(frozen=True)
class Started:
    """A payment, and whether this request began it, found it, or is a repetition of the one that did."""

    payment: Payment
    is_new: bool
    is_replay: bool = False


@dataclass(frozen=True)
class ClientKey:
    """The idempotency key of a request, and what tells it from another with the same key; none: empty."""

    key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class _Wish:
    """What is asked for: a method, as it is offered if it is, and where the customer is led back to."""

    method: str
    offered: OfferedPaymentMethod | None
    return_url: str
    by: User
    client_key: ClientKey


def start_payment(
    *, order_id: int, method: str, return_url: str, by: User, client_key: ClientKey = ClientKey()
) -> Started:
    """Begin a payment of all that is left to be paid, and have the provider begin it; a double click joins.

    The payment is `created` still when the provider did not answer in time, or when too many others wait for
    one: a job goes on.

    Raises ReturnUrlNotAllowed, Order.DoesNotExist, OrderNotPayable, NothingDue, PaymentMethodUnavailable,
    KeyReused and ProviderAway when nothing was stored, and PaymentRefused.
    """
    if return_url and not is_allowed_return_url(return_url):
        raise ReturnUrlNotAllowed
    offered = _offered(method)
    is_away = offered is not None and is_paused(circuit_name(offered.row.provider))
    wish = _Wish(method, offered, return_url, by, client_key)
    with place_for_call() as has_place:
        started = _begin(order_id, wish, is_away=is_away, calls_itself=has_place)
        is_manual = provider_named(started.payment.provider).is_manual
        if not started.is_new or is_manual or not has_place:
            return started
        try:
            payment = create_at_provider(started.payment)
        except ProviderUnavailable as error:
            count_failure(circuit_name(started.payment.provider), error)
            return started
    if payment.status == PaymentState.FAILED:
        raise PaymentRefused(payment.failure_code)
    return Started(payment, is_new=True)


def create_at_provider(payment: Payment) -> Payment:
    """Have the provider begin the payment, with its own key, and apply the answer.

    Raises ProviderUnavailable: it is not known whether it has begun, unless that is a ProviderUnreachable.
    """
    try:
        snapshot = provider_named(payment.provider).create(_request(payment))
    except ProviderUnreachable:
        # Unless an earlier call, which was noted at another time, may have got there.
        Payment.objects.filter(pk=payment.pk, provider_id=None, sent_at=payment.sent_at).update(sent_at=None)
        raise
    except ProviderRefused as refused:
        return apply_refusal(payment, refused.code)
    return apply(payment, snapshot)


def note_sending(payment: Payment) -> bool:
    """Note that the provider is about to be called; False when the payment is not to be begun any more."""
    now, waiting = timezone.now(), Payment.objects.filter(pk=payment.pk, status=PaymentState.CREATED)
    if not waiting.filter(is_current=True).update(sent_at=Coalesce("sent_at", now)):
        return False
    # As it is now only if this is the first call: the time of an earlier one is another.
    payment.sent_at = now
    return True


def default_return_url(order_id: int) -> str:
    """Return where customers are led back to when their app has named no address."""
    return address_of_order(order_id)


@retried_atomic
def _begin(order_id: int, wish: _Wish, *, is_away: bool, calls_itself: bool) -> Started:
    ledger = Ledger.locked(order_id)
    order = ledger.order
    _check_payable(order, timezone.now())
    if same := _same(ledger, wish):
        return same
    if order.balance <= 0:
        raise NothingDue
    if wish.offered is None or wish.offered.reason_against(order.amount_due, order.delivery_method):
        raise PaymentMethodUnavailable("/method")
    if is_away:
        raise ProviderAway
    row = wish.offered.row
    jobs = ledger.give_up(ledger.open)
    for former in ledger.payments:
        if former.is_current:  # over already
            former.is_current = False
            former.save(update_fields=["is_current"])
    payment = _new_payment(order, row, wish, calls_itself=calls_itself)
    payment.save(force_insert=True)
    payment.reserved, payment.fetched_refunds = ZERO, []
    ledger.payments.append(payment)
    ledger.note(
        payment_method=row.code,
        payment_method_name=payment.method_name,
        expires_at=_expiry(order, row),
    )
    record(Action.CREATED, payment, changes_from_nothing(values_of(payment, NEW)), by=wish.by)
    if not provider_named(row.provider).is_manual:
        jobs += [creation_of(payment, is_due=not calls_itself), check_of(payment)]
    enqueue(*jobs)
    return Started(payment, is_new=True)


def _check_payable(order: Order, now: datetime) -> None:
    is_over = order.status == OrderStatus.PENDING and order.expires_at is not None and order.expires_at <= now
    if order.status == OrderStatus.CANCELLED or order.items_total is None or is_over:
        raise OrderNotPayable


def _same(ledger: Ledger, wish: _Wish) -> Started | None:
    """Return the payment that this request has begun before, or that another one has for the same."""
    if wish.client_key.key:
        for payment in ledger.payments:
            if payment.client_key == wish.client_key.key:
                if payment.fingerprint != wish.client_key.fingerprint:
                    raise KeyReused
                return Started(payment, is_new=False, is_replay=True)
    current = ledger.current
    if (
        current
        and current.is_open
        and (current.method, current.amount) == (wish.method, ledger.order.balance)
    ):
        return Started(current, is_new=False)
    return None


def _offered(code: str) -> OfferedPaymentMethod | None:
    methods = current_configuration()[PAYMENT_METHODS]
    return next((each for each in methods if each.row.code == code), None)


def _new_payment(order: Order, row: PaymentMethod, wish: _Wish, *, calls_itself: bool) -> Payment:
    payment = Payment.by_method(
        order,
        row,
        amount=order.balance,
        client_key=wish.client_key.key,
        fingerprint=wish.client_key.fingerprint,
        return_url=wish.return_url or default_return_url(order.pk),
        created_by=wish.by,
        sent_at=timezone.now() if calls_itself else None,
    )
    if provider_named(row.provider).is_manual:
        payment.status = PaymentState.PENDING
        payment.next_action = _by_hand(order, row, payment)
    return payment


def _by_hand(order: Order, row: PaymentMethod, payment: Payment) -> NextAction:
    """Return what a transfer needs; what is paid on delivery only has its instructions."""
    with translation.override(order.language):
        instructions = row.instructions
    if row.terms == PaymentTerms.ON_DELIVERY:
        return {"type": "none", "instructions": instructions}
    action: NextAction = {"type": "transfer", "instructions": instructions}
    if payload := transfer_text(order, payment.amount):
        action["payload"] = payload
    return action


def _expiry(order: Order, row: PaymentMethod) -> datetime | None:
    """Return until when the order has to be paid: as before or later; no term is never."""
    if order.expires_at is None or row.expire_minutes is None:
        return None
    return max(order.expires_at, order.created_at + timedelta(minutes=row.expire_minutes))


def _request(payment: Payment) -> PaymentRequest:
    order = payment.order
    with translation.override(order.language):
        description = gettext("Order #%(number)s") % {"number": order.pk}
    return PaymentRequest(
        uid=UUID(str(payment.uid)),
        order_id=order.pk,
        amount=payment.amount,
        currency=payment.currency,
        description=description,
        return_url=payment.return_url,
        language=order.language,
        expires_at=order.expires_at,
        receipt=receipt_of_payment(payment),
        begun_at=payment.created_at,
    )
