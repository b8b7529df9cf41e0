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
    soon = timezone.now() - timedelta(seconds=REFRESH_SECONDS)
    is_fresh = payment.checked_at is not None and payment.checked_at > soon
    if is_fresh or is_paused(circuit_name(payment.provider)):
        return payment
    with place_for_call() as has_place:
        try:
            return ask(payment) if has_place else payment
        except ProviderUnavailable as error:
            count_failure(circuit_name(payment.provider), error)
            return payment


def next_check(payment: Payment) -> datetime | None:
    """Return when the provider is asked again about the payment; None when it need not be."""
    now = timezone.now()
    if not payment.is_open:
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
