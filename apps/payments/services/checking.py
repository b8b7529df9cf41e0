"""Checking: the provider is asked what is true of a payment, and its answer applied."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.jobs.circuit_breaker import count_failure, is_paused
from apps.payments.jobs import circuit_name
from apps.payments.models import Payment
from apps.payments.providers import GRACE, end_at_provider, provider_named
from apps.payments.providers.base import (
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundSnapshot,
)
from apps.payments.services.applying import apply
from apps.payments.services.call_places import place_for_call
from apps.payments.statuses import PaymentState

REFRESH_SECONDS = 3  # between two questions that customers cause
# After the beginning of a payment it is asked at these times, then every ten minutes until it can no longer
# be paid, and an hour; then hourly for a day, then daily.
FIRST_CHECKS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 90, 180, 300, 600))
EVERY = timedelta(minutes=10)
WATCHED_HOURLY, WATCHED = timedelta(days=1), timedelta(days=30)


def ask(payment: Payment, *, told_id: str = "") -> Payment:
    """Ask the provider about the payment and apply the answer; return it as it is where nobody can be asked.

    `told_id` is the number that a callback has given it, which counts only if the provider names our `uid`.

    Raises ProviderUnavailable.
    """
    provider = provider_named(payment.provider)
    if provider.is_manual:
        return payment
    snapshot = _snapshot(provider, payment, told_id)
    if snapshot is None:
        return payment
    refunds = _refunds(provider, snapshot) if snapshot.refunded != payment.refunded else None
    return apply(payment, snapshot, refunds)


def refresh_payment(payment: Payment) -> Payment:
    """Ask the provider now, unless it was asked just before, or is known to be away.

    Without an answer the payment is returned as it is known.
    """
    if is_paused(circuit_name(payment.provider)) or not _may_ask_now(payment):
        return payment
    with place_for_call() as has_place:
        try:
            return ask(payment) if has_place else payment
        except ProviderUnavailable as error:
            count_failure(circuit_name(payment.provider), error)
            return payment


def _may_ask_now(payment: Payment) -> bool:
    """Tell whether nobody has asked just before; of those who come at once, one may."""
    now = timezone.now()
    others = Payment.objects.filter(pk=payment.pk).exclude(
        checked_at__gt=now - timedelta(seconds=REFRESH_SECONDS)
    )
    return others.update(checked_at=now) == 1


def next_check(payment: Payment) -> datetime | None:
    """Return when the provider is asked again about the payment; None when it need not be."""
    now = timezone.now()
    if not may_be_paid(payment):
        return None
    age = now - payment.created_at
    for after in FIRST_CHECKS:
        if age < after:
            return payment.created_at + after
    watched_closely = end_at_provider(payment) + GRACE
    if now < watched_closely:
        return now + EVERY
    if now < watched_closely + WATCHED_HOURLY:
        return now + timedelta(hours=1)
    return now + timedelta(days=1) if age < WATCHED else None


def may_be_paid(payment: Payment) -> bool:
    """Tell whether money may still come: the payment is open, or its provider takes money late."""
    if payment.is_open:
        return True
    has_ended = payment.status in (PaymentState.FAILED, PaymentState.EXPIRED)
    return has_ended and payment.provider_id is not None and provider_named(payment.provider).pays_late


def _snapshot(provider: Provider, payment: Payment, told_id: str) -> PaymentSnapshot | None:
    try:
        if payment.provider_id is not None:
            return provider.fetch(payment.provider_id)
        if told_id:
            told = provider.fetch(told_id)
            return told if told.uid == payment.uid else None
        if payment.status == PaymentState.CREATED:
            return provider.find(payment.uid, payment.created_at - timedelta(minutes=5))
    except ProviderRefused:  # it knows no such payment
        return None
    return None


def _refunds(provider: Provider, snapshot: PaymentSnapshot) -> list[RefundSnapshot] | None:
    try:
        return provider.refunds_of(snapshot.provider_id)
    except ProviderRefused:  # to list them; what was paid counts all the same
        return None
