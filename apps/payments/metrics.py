"""Metrics of payments for Prometheus, by provider: what became of them and of callbacks, and what is open."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.utils import timezone
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.core.observability.metrics import AT_SCRAPE, COUNTED, count
from apps.payments.models import Payment, Refund

OUTCOMES = Counter(
    "store_payments", "Payments by what became of them.", ["provider", "outcome"], registry=COUNTED
)
CALLBACKS = Counter(
    "store_payment_callbacks",
    "Callbacks of providers: taken, unknown or invalid.",
    ["provider", "outcome"],
    registry=COUNTED,
)

OPEN = ("store_payments_open", "Payments that may still be paid.")
OLDEST = ("store_payments_oldest_open_seconds", "Seconds since the oldest of them was begun; 0 without any.")
UNDER_WAY = ("store_refunds_under_way", "Refunds that are not made yet.")

logger = logging.getLogger(__name__)


def count_outcome(payment: Payment) -> None:
    """Count what has become of the payment, once it is committed."""
    provider, outcome = payment.provider, str(payment.status)
    transaction.on_commit(lambda: count(OUTCOMES, provider, outcome), robust=True)


class PaymentCollector(Collector):
    """The payments and refunds that are not over, which have small indexes of their own, at the scrape."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the figures; none while the database is away, so that the others can still be read."""
        now = timezone.now()
        try:
            payments = Payment.objects.open_by_provider()
            refunds = Refund.objects.under_way_by_provider()
        except DatabaseError as error:
            logger.warning("The payments cannot be counted: %s", error)
            return []
        families = [GaugeMetricFamily(*each, labels=["provider"]) for each in (OPEN, OLDEST, UNDER_WAY)]
        for provider in sorted({*settings.PAYMENT_PROVIDERS, *payments, *refunds}):
            number, oldest = payments.get(provider, (0, now))
            values = (number, (now - oldest).total_seconds(), refunds.get(provider, 0))
            for family, value in zip(families, values, strict=True):
                family.add_metric([provider], value)
        return families


AT_SCRAPE.register(PaymentCollector())
