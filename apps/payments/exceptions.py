"""Exceptions of payments: their refusals."""

from decimal import Decimal
from http import HTTPStatus
from typing import Self, TypedDict

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Faults, register_fault_codes
from apps.core.money import MoneyText, money_text

register_fault_codes("return_url_not_allowed")


class OrderNotPayable(DomainError):
    """An order that cannot be paid: it is cancelled, its time is over, or it is of the former release."""

    status_code = HTTPStatus.CONFLICT
    code = "order_not_payable"
    message = _("This order cannot be paid.")
    advice = _("Fetch the order: it is cancelled, or its `expires_at` is over. Place a new one.")


class NothingDue(DomainError):
    """An order of which nothing is left to be paid."""

    status_code = HTTPStatus.CONFLICT
    code = "nothing_due"
    message = _("Nothing is left to be paid.")
    advice = _("Fetch the order: its `balance` is not above zero.")


class ReturnUrlNotAllowed(DomainError):
    """An address to lead the customer back to that is not of the store's apps."""

    code = "return_url_not_allowed"
    message = _("Customers cannot be led back to this address.")
    advice = _("Use an address that begins with an entry of the store's `PAYMENT_RETURN_URLS`.")

    def as_payload(self) -> Faults:
        """Point at the address."""
        return {"errors": [{"code": self.code, "detail": str(self), "pointer": "/return_url"}]}


class RefusedPayment(TypedDict):
    """The provider's reason, as a word for programs."""

    failure_code: str


class PaymentRefused(DomainError):
    """A payment that the provider refused to begin."""

    status_code = HTTPStatus.CONFLICT
    code = "payment_refused"
    message = _("The payment provider refused the payment.")
    advice = _("Let the customer choose another payment method, or try again.")

    def __init__(self, failure_code: str) -> None:
        super().__init__(self.message)
        self.failure_code = failure_code

    def as_payload(self) -> RefusedPayment:
        """Tell why."""
        return {"failure_code": self.failure_code}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal by the provider."""
        return cls("invalid_request")


class ProviderAway(DomainError):
    """A provider that has not answered for a while: nothing was begun."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    code = "provider_unavailable"
    message = _("This payment method is not available at the moment.")
    advice = _("Try again after `Retry-After` seconds, or use another payment method.")
    headers = {"Retry-After": "30"}


class PaymentNotOpen(DomainError):
    """A payment that is over."""

    status_code = HTTPStatus.CONFLICT
    code = "payment_state"
    message = _("This payment is already over.")
    advice = _("Fetch the payment: its `status` tells what became of it.")


class Refundable(TypedDict):
    """How much money can be given back."""

    refundable: MoneyText


class RefundExceedsPaid(DomainError):
    """A refund of more than is there to give back."""

    status_code = HTTPStatus.CONFLICT
    code = "refund_exceeds_paid"
    message = _("This is more than can be given back.")
    advice = _("Give back at most `refundable`.")

    def __init__(self, refundable: Decimal) -> None:
        super().__init__(self.message)
        self.refundable = refundable

    def as_payload(self) -> Refundable:
        """Tell how much can be given back."""
        return {"refundable": money_text(self.refundable)}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal where a hundred is left."""
        return cls(Decimal(100))


class RefundNotPending(DomainError):
    """A refund that nobody has to confirm: the provider makes it, or it is over."""

    status_code = HTTPStatus.CONFLICT
    code = "refund_state"
    message = _("This refund does not wait to be confirmed.")
    advice = _("Fetch the refund: only a pending one of a manual payment is confirmed by people.")


class CallbackRefused(DomainError):
    """A callback that is forged or unreadable."""

    code = "callback_invalid"
    message = _("The callback is not valid.")
    advice = _("Check the secret and the clock of whoever calls.")
