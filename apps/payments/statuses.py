"""States of payments and refunds, and the moves that a provider's answer may make. Pure tables, no I/O."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentState(models.TextChoices):
    """Where a payment stands."""

    CREATED = "created", pgettext_lazy("payment", "begun")
    PENDING = "pending", pgettext_lazy("payment", "pending")
    REQUIRES_ACTION = "requires_action", pgettext_lazy("payment", "waiting for the customer")
    PAID = "paid", pgettext_lazy("payment", "paid")
    FAILED = "failed", pgettext_lazy("payment", "failed")
    CANCELLED = "cancelled", pgettext_lazy("payment", "cancelled")
    EXPIRED = "expired", pgettext_lazy("payment", "expired")


class RefundState(models.TextChoices):
    """Where a refund stands."""

    CREATED = "created", pgettext_lazy("refund", "begun")
    PENDING = "pending", pgettext_lazy("refund", "pending")
    SUCCEEDED = "succeeded", pgettext_lazy("refund", "refunded")
    FAILED = "failed", pgettext_lazy("refund", "failed")


class NeedsLook(models.TextChoices):
    """Why somebody has to look at the money of an order."""

    AMOUNT_MISMATCH = "amount_mismatch", _("another amount was paid")
    WRONG_OBJECT = "wrong_object", _("the provider names another payment")
    OWED = "owed", _("money is owed and cannot be given back")
    REFUND_FAILED = "refund_failed", _("a refund was refused")
    REFUND_STUCK = "refund_stuck", _("a refund is pending for long")
    RECEIPT_FAILED = "receipt_failed", _("a receipt was refused")
    NEVER_CONFIRMED = "never_confirmed", _("the provider never confirmed a payment")
    UNCAPTURED = "uncaptured", _("a payment waits to be captured")


class RefundReason(models.TextChoices):
    """Why staff give money back. Programs may name others."""

    GOODWILL = "goodwill", pgettext_lazy("refund", "goodwill")
    DEFECT = "defect", pgettext_lazy("refund", "defective goods")
    LATE = "late", pgettext_lazy("refund", "late delivery")
    PRICE = "price", pgettext_lazy("refund", "price adjustment")
    OTHER = "other", pgettext_lazy("refund", "other")


OPEN = (PaymentState.CREATED, PaymentState.PENDING, PaymentState.REQUIRES_ACTION)
UNDER_WAY = (RefundState.CREATED, RefundState.PENDING)  # money that is reserved, and not given back yet

_AT_THE_PROVIDER = (PaymentState.PENDING, PaymentState.REQUIRES_ACTION)
_ENDS = (PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED)
_MOVES: Mapping[PaymentState, tuple[PaymentState, ...]] = {
    **dict.fromkeys(OPEN, (*_AT_THE_PROVIDER, PaymentState.PAID, *_ENDS)),
    **dict.fromkeys(_ENDS, (PaymentState.PAID,)),  # late
    PaymentState.PAID: (PaymentState.PAID,),  # more captured or refunded
}
_REFUND_MOVES: Mapping[RefundState, tuple[RefundState, ...]] = {
    RefundState.CREATED: (RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED),
    RefundState.PENDING: (RefundState.SUCCEEDED, RefundState.FAILED),
    RefundState.SUCCEEDED: (RefundState.FAILED,),  # late, as banks do that send money back
    RefundState.FAILED: (),
}


def may_move(from_state: str, to_state: str) -> bool:
    """Tell whether the provider's answer may move a payment so."""
    return to_state in _MOVES[PaymentState(from_state)]


def refund_may_move(from_state: str, to_state: str) -> bool:
    """Tell whether the provider's answer may move a refund so."""
    return to_state in _REFUND_MOVES[RefundState(from_state)]
