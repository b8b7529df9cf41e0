"""Payment methods as a part of the configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from apps.orders.models import Order, PaymentMethod
from apps.store.configuration_cache import ConfigurationPart, configures, current_configuration


@dataclass(frozen=True)
class OfferedPaymentMethod:
    """A payment method, with the codes of the delivery methods that it is for; none: for all."""

    row: PaymentMethod
    delivery_codes: frozenset[str]

    def reason_against(self, total: Decimal, delivery_code: str) -> str | None:
        """Return why an order of this total, delivered so, cannot be paid by it; None where it can."""
        if self.delivery_codes and delivery_code not in self.delivery_codes:
            return "delivery_method"
        if self.row.min_total is not None and total < self.row.min_total:
            return "below_minimum"
        if self.row.max_total is not None and total > self.row.max_total:
            return "above_maximum"
        return None


def load_payment_methods() -> Sequence[OfferedPaymentMethod]:
    """Read the payment methods that are offered."""
    offered = PaymentMethod.objects.filter(is_active=True, provider__in=settings.PAYMENT_PROVIDERS)
    rows = offered.prefetch_related("delivery_methods")
    return [
        OfferedPaymentMethod(row, frozenset(method.code for method in row.delivery_methods.all()))
        for row in rows
    ]


PAYMENT_METHODS = ConfigurationPart(load_payment_methods)
configures(PaymentMethod)


def methods_for(order: Order | None) -> list[OfferedPaymentMethod]:
    """Return the methods that are offered, with an order those by which what is due of it can be paid."""
    offered = current_configuration()[PAYMENT_METHODS]
    return [
        each
        for each in offered
        if order is None or not each.reason_against(order.amount_due, order.delivery_method)
    ]
