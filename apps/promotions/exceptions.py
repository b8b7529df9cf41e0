"""Exceptions of promotions: the refusal of a coupon."""

from decimal import Decimal
from enum import StrEnum
from typing import Self, TypedDict

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Fault, register_fault_codes
from apps.core.money import MoneyText, money_text

register_fault_codes(
    "coupon_invalid",
)


class RefusalReason(StrEnum):
    """Why a coupon is refused."""

    NOT_VALID = "not_valid"
    NOT_YET = "not_yet"
    USED_UP = "used_up"
    BELOW_MINIMUM = "below_minimum"
    NOTHING_APPLIES = "nothing_applies"


_TEXTS = {
    RefusalReason.NOT_VALID: _("This code is not valid."),
    RefusalReason.NOT_YET: _("This code is not valid yet."),
    RefusalReason.USED_UP: _("This code has been used up."),
    RefusalReason.BELOW_MINIMUM: _("The order total is too low for this code."),
    RefusalReason.NOTHING_APPLIES: _("This code does not apply to anything in the order."),
}


class RefusedCoupon(TypedDict):
    """Where the coupon stands, why it is refused, and the total that it needs where there is too little."""

    errors: list[Fault]
    reason: str
    min_total: MoneyText | None


class CouponInvalid(DomainError):
    """A coupon that cannot be used for the order."""

    code = "coupon_invalid"
    message = _("The coupon cannot be used.")
    advice = _("Show the customer the reason. Order again without `coupon`, or with another one.")

    def __init__(self, reason: RefusalReason, *, min_total: Decimal | None = None) -> None:
        super().__init__(reason)
        self.message = _TEXTS[reason]
        self.reason, self.min_total = reason, min_total

    def as_payload(self) -> RefusedCoupon:
        """Tell the reason."""
        return {
            "errors": [{"code": self.code, "detail": str(self), "pointer": "/coupon"}],
            "reason": self.reason.value,
            "min_total": None if self.min_total is None else money_text(self.min_total),
        }

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of a coupon for larger orders."""
        return cls(RefusalReason.BELOW_MINIMUM, min_total=Decimal("1000.00"))
