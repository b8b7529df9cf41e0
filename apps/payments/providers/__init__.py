"""Providers of payments: a class for each, which settings name. Nothing else in the store calls them."""

from datetime import datetime, timedelta
from functools import cache
from importlib import import_module

from django.conf import settings

from apps.payments.models import Payment
from apps.payments.providers.base import Provider

# Classes by the code that payment methods, addresses of callbacks and PAYMENT_PROVIDERS use.
CLASSES = {
    "manual": "apps.payments.providers.manual.Manual",
    "emulator": "apps.payments.providers.emulator.Emulator",
    "yookassa": "apps.payments.providers.yookassa.YooKassa",
    "stripe": "apps.payments.providers.stripe.Stripe",
}

# Providers keep the key of a call for 24 hours: it is repeated for so long, and never after.
KEY_HOURS = timedelta(hours=20)
GRACE = timedelta(hours=1)  # after the end of a payment, for its provider to say so
STUCK_AFTER = timedelta(days=10)  # of a refund that is under way


@cache
def provider_named(code: str) -> Provider:
    """Return the provider, also one that is not offered any more: its payments are watched to their end.

    Raises LookupError for one that this release does not know.
    """
    module, _dot, name = CLASSES[code].rpartition(".")
    provider: Provider = getattr(import_module(module), name)()
    return provider


def is_offered(code: str) -> bool:
    """Tell whether payments by the provider may begin."""
    return code in settings.PAYMENT_PROVIDERS


def end_at_provider(payment: Payment) -> datetime:
    """Return until when the payment can be paid, by what the provider said, else by its habit."""
    return payment.expires_at or payment.created_at + provider_named(payment.provider).default_term
