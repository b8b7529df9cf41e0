"""Exceptions of orders: their refusals."""

from decimal import Decimal
from http import HTTPStatus
from typing import NamedTuple, Self, TypedDict

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Fault, Faults, register_fault_codes
from apps.core.money import MoneyText, money_text
from apps.orders.statuses import OrderStatus

register_fault_codes(
    "payment_method_unavailable",
    "product_unavailable",
    "quantity_step",
)


class UnavailableItems(DomainError):
    """Lines of an order whose product is unknown or not on sale."""

    code = "product_unavailable"
    message = _("A product is not available.")
    advice = _("Remove the lines listed in `errors` and order again.")

    def __init__(self, positions: list[int]) -> None:
        super().__init__(self.message)
        self.positions = positions

    def as_payload(self) -> Faults:
        """Point at every such line."""
        return {
            "errors": [
                {"code": self.code, "detail": str(self), "pointer": f"/items/{position}/product_id"}
                for position in self.positions
            ]
        }

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of the first line."""
        return cls([0])


class QuantityTooLarge(DomainError):
    """A product of which the lines of an order together want too many pieces."""

    code = "quantity_too_large"
    message = _("The total quantity of a product exceeds the maximum per order.")
    advice = _("Order at most 10,000 units of a product at a time.")


class WrongStep(NamedTuple):
    """A line of an order whose product is sold from another quantity on, or in other steps."""

    position: int
    min_quantity: int
    quantity_step: int


class QuantityStep(DomainError):
    """Products of which the lines of an order together want too few pieces, or no multiple of the step."""

    code = "quantity_step"
    message = _("A product cannot be ordered in this quantity.")
    advice = _("Order at least `min_quantity` units of each product, and a multiple of its `quantity_step`.")

    def __init__(self, lines: list[WrongStep]) -> None:
        super().__init__(self.message)
        self.lines = lines

    def as_payload(self) -> Faults:
        """Point at every such line, and say what its product is sold in."""
        text = gettext("Order at least %(least)d, in multiples of %(step)d.")
        return {
            "errors": [
                {
                    "code": self.code,
                    "detail": text % {"least": line.min_quantity, "step": line.quantity_step},
                    "pointer": f"/items/{line.position}/quantity",
                }
                for line in self.lines
            ]
        }

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of a single piece of what is sold by the dozen."""
        return cls([WrongStep(0, 12, 12)])


class TotalTooLarge(DomainError):
    """An order that costs more than can be counted."""

    code = "total_too_large"
    message = _("The order total exceeds the maximum.")
    advice = _("Split the order into several.")


class ChangedPrice(TypedDict):
    """A line whose price differs from the one the customer expected; `old_price` is null if unknown."""

    product_id: int
    old_price: MoneyText | None
    new_price: MoneyText


class ChangedPart(TypedDict):
    """An amount as the customer saw it, null where that is not known, and as it is now."""

    old: MoneyText | None
    new: MoneyText


class ChangedParts(TypedDict):
    """What the order costs, part by part: goods, their discounts, delivery after its discount, tax."""

    items: ChangedPart
    discount: ChangedPart
    delivery: ChangedPart
    tax: ChangedPart


class ChangedPrices(TypedDict):
    """What the customer reckoned with, what the order costs now, and which lines make the difference."""

    expected_total: MoneyText
    total_price: MoneyText
    currency: str
    details: list[ChangedPrice]
    parts: ChangedParts


class PriceChanged(DomainError):
    """An order that costs another total than the customer was shown."""

    status_code = HTTPStatus.CONFLICT
    code = "price_changed"
    message = _("Prices have changed. Check the new total and order again.")
    advice = _("Show the customer the new prices and order again with the new total as `expected_total`.")

    def __init__(
        self,
        expected_total: Decimal,
        total_price: Decimal,
        changes: list[ChangedPrice],
        parts: ChangedParts,
    ) -> None:
        super().__init__(self.message)
        self.expected_total, self.total_price = expected_total, total_price
        self.changes, self.parts = changes, parts

    def as_payload(self) -> ChangedPrices:
        """Tell both totals, and the old and the new price of each line."""
        return {
            "expected_total": money_text(self.expected_total),
            "total_price": money_text(self.total_price),
            "currency": settings.STORE_CURRENCY,
            "details": self.changes,
            "parts": self.parts,
        }

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of an order that has become dearer."""
        change = ChangedPrice(product_id=1, old_price=MoneyText("390.00"), new_price=MoneyText("410.00"))
        nothing = ChangedPart(old=MoneyText("0.00"), new=MoneyText("0.00"))
        goods = ChangedPart(old=MoneyText("780.00"), new=MoneyText("820.00"))
        parts = ChangedParts(items=goods, discount=nothing, delivery=nothing, tax=nothing)
        return cls(Decimal("780.00"), Decimal("820.00"), [change], parts)


class InvalidAddress(DomainError):
    """Addresses that do not follow the rules of their country; told like other invalid values."""

    code = "validation_error"
    message = _("Some values in the request are invalid.")

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(self.message)
        self.faults = faults

    def as_payload(self) -> Faults:
        """Point at every value at fault."""
        return {"errors": self.faults}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of an address without a postal code."""
        detail = gettext("This field is required here.")
        return cls(
            [{"code": "field_required_here", "detail": detail, "pointer": "/shipping_address/postal_code"}]
        )


class PaymentMethodRequired(DomainError):
    """An order without a payment method in a store that asks for one."""

    code = "payment_method_required"
    message = _("Choose a payment method.")
    advice = _("Quote the order, show the available `payment_methods` and send the chosen `code`.")


class PaymentMethodUnavailable(DomainError):
    """A payment method that is unknown, switched off or not for this order."""

    code = "payment_method_unavailable"
    message = _("This payment method is not available for the order.")
    advice = _("Quote the order again and let the customer choose among the available `payment_methods`.")

    def __init__(self, pointer: str = "/payment_method") -> None:
        super().__init__(self.message)
        self.pointer = pointer

    def as_payload(self) -> Faults:
        """Point at the method."""
        return {"errors": [{"code": self.code, "detail": str(self), "pointer": self.pointer}]}


class RefusedMove(TypedDict):
    """From where, to where, and where the caller may move the order instead."""

    from_status: OrderStatus
    to_status: OrderStatus
    allowed: list[OrderStatus]


class InvalidStatusTransition(DomainError):
    """A move that the table of statuses does not have."""

    status_code = HTTPStatus.CONFLICT
    code = "invalid_transition"
    message: str | Promise = _("The order cannot be moved to this status.")
    advice = _("Fetch the order: `allowed_statuses` lists where the caller can move it now.")

    def __init__(
        self, from_status: OrderStatus, to_status: OrderStatus, allowed: tuple[OrderStatus, ...]
    ) -> None:
        super().__init__(self.message)
        self.from_status, self.to_status, self.allowed = from_status, to_status, allowed

    def as_payload(self) -> RefusedMove:
        """Tell from where, to where, and what the caller may do instead."""
        return {
            "from_status": self.from_status,
            "to_status": self.to_status,
            "allowed": list(self.allowed),
        }

    @classmethod
    def example(cls) -> Self:
        """Return the refusal to cancel what is on its way."""
        return cls(OrderStatus.SHIPPED, OrderStatus.CANCELLED, (OrderStatus.DELIVERED,))


class TransitionForbidden(DomainError):
    """A move that is for others to make."""

    status_code = HTTPStatus.FORBIDDEN
    code = "transition_forbidden"
    message = _("You do not have permission to move the order to this status.")
    advice = _("Fetch the order: `allowed_statuses` lists where the caller can move it now.")


class InvoiceFailed(DomainError):
    """An invoice that could not be made; staff see why and can have it tried again."""

    status_code = HTTPStatus.CONFLICT
    code = "invoice_failed"
    message = _("The invoice could not be generated.")
    advice = _("Contact the store's staff: they can see why and generate it again.")
