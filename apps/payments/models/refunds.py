"""Model of refunds: money of a payment that is given back."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.audit.registry import audited
from apps.core.money import ZERO
from apps.orders.models import Order
from apps.payments.models.payments import Payment
from apps.payments.statuses import UNDER_WAY, RefundState


class RefundCause(models.TextChoices):
    """What made the store give money back."""

    SETTLEMENT = "settlement", _("less is due")
    STRAY = "stray", _("paid by mistake")
    MANUAL = "manual", _("by staff")
    EXTERNAL = "external", _("in the provider's pages")


class RefundQuerySet(models.QuerySet["Refund"]):
    """Questions about refunds."""

    def under_way(self) -> Self:
        """Return those that are neither made nor refused yet."""
        return self.filter(status__in=UNDER_WAY)

    def under_way_by_provider(self) -> dict[str, int]:
        """Return how many are neither made nor refused yet, by provider."""
        found = self.under_way().order_by().values("payment__provider").annotate(count=models.Count("pk"))
        return {each["payment__provider"]: each["count"] for each in found}


@audited(keeps_name=False, is_shown_with_row=True)
class Refund(models.Model):
    """Money that is given back; `allowance` is by how much it lowered what is due. Services write it."""

    uid = models.UUIDField(_("number"), unique=True, default=uuid4)
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"), db_index=False
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="refunds", verbose_name=_("order"), db_index=False
    )
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    status = models.CharField(
        _("status"), max_length=20, choices=RefundState.choices, default=RefundState.CREATED
    )
    cause = models.CharField(_("cause"), max_length=20, choices=RefundCause.choices)
    reason = models.CharField(pgettext_lazy("refund", "reason"), max_length=20, default="")
    note = models.CharField(_("note"), max_length=1000, default="")
    allowance = models.DecimalField(_("allowance"), max_digits=15, decimal_places=2, default=ZERO)
    provider_id = models.CharField(_("number at the provider"), max_length=100, null=True)
    failure_code = models.CharField(_("reason of the failure"), max_length=50, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    sent_at = models.DateTimeField(_("first sent"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=RefundState.values), name="payments_refund_status_known"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_refund_of_something"),
            models.CheckConstraint(
                condition=models.Q(allowance__gte=0, allowance__lte=models.F("amount")),
                name="payments_refund_allowance_within_amount",
            ),
            models.UniqueConstraint(
                fields=["payment", "provider_id"], name="payments_refund_one_per_provider_id"
            ),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="payments_refund_of_order"),
            models.Index(fields=["-created_at", "-id"], name="payments_refund_by_age"),
            models.Index(fields=["status", "-created_at", "-id"], name="payments_refund_by_status"),
            models.Index(fields=["provider_id"], name="payments_refund_by_provider_id"),
            models.Index(
                fields=["created_at"],
                name="payments_refund_under_way",
                condition=models.Q(status__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def is_under_way(self) -> bool:
        """Tell whether it is neither made nor refused yet."""
        return self.status in UNDER_WAY
