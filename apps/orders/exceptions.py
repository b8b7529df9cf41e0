"""Why an order is refused."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.exceptions import DomainError
from apps.orders.statuses import OrderStatus


class UnavailableItems(DomainError):
    """Lines of an order whose product is unknown or not on sale."""

    code = "product_unavailable"
    message = _("A product is not on sale.")

    def __init__(self, positions: list[int]) -> None:
        super().__init__(self.message)
        self.positions = positions

    def as_payload(self) -> dict[str, Any]:
        """Point at every such line."""
        return {
            "errors": [
                {"code": self.code, "detail": str(self), "pointer": f"/items/{position}/product_id"}
                for position in self.positions
            ]
        }


class QuantityTooLarge(DomainError):
    """A product of which the lines of an order together want too many pieces."""

    code = "quantity_too_large"
    message = _("The lines of a product add up to more than can be ordered at once.")


class TotalTooLarge(DomainError):
    """An order that costs more than can be counted."""

    code = "total_too_large"
    message = _("The order costs more than the store can invoice.")


@dataclass(frozen=True)
class ChangedPrice:
    """A line whose price is another than the customer reckoned with; None: it is not known with which."""

    product_id: int
    old_price: Decimal | None
    new_price: Decimal


class PriceChanged(DomainError):
    """An order that costs another total than the customer was shown."""

    status_code = HTTPStatus.CONFLICT
    code = "price_changed"
    message = _("Prices have changed. Look at the new total, and order again.")

    def __init__(self, expected_total: Decimal, total_price: Decimal, changes: list[ChangedPrice]) -> None:
        super().__init__(self.message)
        self.expected_total, self.total_price, self.changes = expected_total, total_price, changes

    def as_payload(self) -> dict[str, Any]:
        """Tell both totals, and the old and the new price of each line."""
        return {
            "expected_total": f"{self.expected_total:.2f}",
            "total_price": f"{self.total_price:.2f}",
            "currency": settings.STORE_CURRENCY,
            "details": [
                {
                    "product_id": change.product_id,
                    "old_price": None if change.old_price is None else f"{change.old_price:.2f}",
                    "new_price": f"{change.new_price:.2f}",
                }
                for change in self.changes
            ],
        }


class InvalidStatusTransition(DomainError):
    """A move that the table of statuses does not have."""

    status_code = HTTPStatus.CONFLICT
    code = "invalid_transition"
    message: str | Promise = _("The order cannot be moved to this status.")

    def __init__(self, from_status: str, to_status: str, allowed: tuple[OrderStatus, ...]) -> None:
        super().__init__(self.message)
        self.from_status, self.to_status, self.allowed = from_status, to_status, allowed

    def as_payload(self) -> dict[str, Any]:
        """Tell from where, to where, and what the caller may do instead."""
        return {
            "from_status": self.from_status,
            "to_status": self.to_status,
            "allowed": [status.value for status in self.allowed],
        }


class TransitionForbidden(DomainError):
    """A move that is for others to make."""

    status_code = HTTPStatus.FORBIDDEN
    code = "transition_forbidden"
    message = _("You may not move the order to this status.")


class InvoiceFailed(DomainError):
    """An invoice that could not be made; staff see why and can have it tried again."""

    status_code = HTTPStatus.CONFLICT
    code = "invoice_failed"
    message = _("The invoice could not be made.")
