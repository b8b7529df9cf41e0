"""Model of fiscal receipts: what a provider registered with the tax office for a payment (54-FZ)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.orders.models import Order
from apps.payments.models.payments import Payment
from apps.payments.models.refunds import Refund


class ReceiptKind(models.TextChoices):
    """What a receipt is about."""

    PAYMENT = "payment", _("payment")
    SETTLEMENT = "settlement", _("hand-over of prepaid goods")
    REFUND = "refund", _("refund")


class ReceiptState(models.TextChoices):
    """Where a receipt stands."""

    PENDING = "pending", pgettext_lazy("receipt", "pending")
    SUCCEEDED = "succeeded", pgettext_lazy("receipt", "registered")
    CANCELED = "canceled", pgettext_lazy("receipt", "refused")


class FiscalReceipt(models.Model):
    """A receipt. `positions` are as they were sent; `total` is money.

    `is_prepayment`: the goods were handed over later, or not yet.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts", verbose_name=_("order"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="receipts", verbose_name=_("payment")
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, related_name="receipts", verbose_name=_("refund")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ReceiptKind.choices)
    key = models.CharField(max_length=100, unique=True)
    provider_id = models.CharField(_("number at the provider"), max_length=100, null=True)
    status = models.CharField(
        _("status"), max_length=20, choices=ReceiptState.choices, default=ReceiptState.PENDING
    )
    is_prepayment = models.BooleanField(_("prepayment"), default=True, db_default=True)
    positions = models.JSONField(_("positions"))
    total = models.DecimalField(_("total"), max_digits=15, decimal_places=2)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("fiscal receipt")
        verbose_name_plural = _("fiscal receipts")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.key
