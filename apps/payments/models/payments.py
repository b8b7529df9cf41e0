"""Model of payments: one try to pay for an order, and what came of it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from apps.audit.registry import audited
from apps.core.money import ZERO
from apps.orders.models import Order, PaymentMethod, PaymentTerms
from apps.payments.statuses import OPEN, UNDER_WAY, PaymentState

if TYPE_CHECKING:
    from apps.payments.models.refunds import Refund


def refundable_total(payments: "Iterable[Payment]") -> Decimal:
    """Return how much can be given back of payments that were read `with_reserved`."""
    return sum((payment.refundable for payment in payments if not payment.refund_blocked), start=ZERO)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Questions about payments."""

    def locked(self) -> Self:
        """Lock the rows, by id, until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def of(self, order: Order) -> Self:
        """Return those of the order."""
        return self.filter(order=order)

    def with_refunds(self) -> Self:
        """Read their refunds along with them."""
        return self.prefetch_related("refunds")

    def open_by_provider(self) -> dict[str, tuple[int, datetime]]:
        """Return how many may still be paid, and when the oldest of them was begun, by provider."""
        found = self.filter(status__in=OPEN).order_by().values("provider")
        counted = found.annotate(count=models.Count("pk"), oldest=models.Min("created_at"))
        return {each["provider"]: (each["count"], each["oldest"]) for each in counted}

    def with_reserved(self) -> Self:
        """Add to each how much of it is reserved by refunds that are under way, as `reserved`."""
        from apps.payments.models.refunds import Refund  # noqa: PLC0415  it refers to payments

        under_way = Refund.objects.filter(payment=models.OuterRef("pk"), status__in=UNDER_WAY)
        total = models.Func("amount", function="SUM", output_field=Payment._meta.get_field("amount"))
        sums = under_way.order_by().values(sum=total)
        return self.annotate(reserved=Coalesce(models.Subquery(sums), ZERO))


@audited(keeps_name=False, is_shown_with_row=True)
class Payment(models.Model):
    """A try to pay for an order, whole or in part. Only the services write it; amounts are money.

    `uid` is the provider's idempotency key, and what customers know it by. `is_current`: it is the order's
    newest try. `is_stray`: nothing was due when its money came.
    """

    uid = models.UUIDField(_("number"), unique=True, default=uuid4)
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="payments", verbose_name=_("order"), db_index=False
    )
    method = models.CharField(_("payment method"), max_length=40)
    method_name = models.CharField(_("name of the payment method"), max_length=200)  # as it was
    terms = models.CharField(pgettext_lazy("terms", "paid"), max_length=20, choices=PaymentTerms.choices)
    moves_to_processing = models.BooleanField(_("a paid order is processed at once"), default=False)
    provider = models.CharField(_("provider"), max_length=20)
    provider_id = models.CharField(_("number at the provider"), max_length=100, null=True)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"), max_length=20, choices=PaymentState.choices, default=PaymentState.CREATED
    )
    captured = models.DecimalField(
        pgettext_lazy("payment", "received"), max_digits=15, decimal_places=2, default=ZERO
    )
    refunded = models.DecimalField(_("given back"), max_digits=15, decimal_places=2, default=ZERO)
    # What of `captured` was above what was due when it came: it is sent back.
    excess = models.DecimalField(_("paid by mistake"), max_digits=15, decimal_places=2, default=ZERO)
    is_current = models.BooleanField(_("current"), default=True)
    is_stray = models.BooleanField(_("stray"), default=False)
    refund_blocked = models.BooleanField(_("cannot be refunded"), default=False)
    client_key = models.CharField(max_length=255, default="")
    fingerprint = models.CharField(max_length=64, default="")
    return_url = models.CharField(max_length=1000, default="")  # where the customer is led back to
    next_action = models.JSONField(null=True)
    failure_code = models.CharField(_("reason of the failure"), max_length=50, default="")
    card_brand = models.CharField(_("card"), max_length=20, default="")
    card_last4 = models.CharField(_("last digits"), max_length=4, default="")
    note = models.CharField(_("note"), max_length=1000, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    # When a call that may have begun it was first made; None: its provider knows nothing of it.
    sent_at = models.DateTimeField(_("first sent"), null=True)
    received_at = models.DateTimeField(_("money received"), null=True)
    checked_at = models.DateTimeField(_("provider asked"), null=True)
    expires_at = models.DateTimeField(_("can be paid until"), null=True)

    objects = PaymentQuerySet.as_manager()

    reserved: Decimal  # of one that was read `with_reserved`

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=PaymentState.values), name="payments_payment_status_known"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payments_payment_of_something"),
            # No other rule: whatever the provider says has to be storable.
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0, captured__gte=models.F("refunded")),
                name="payments_payment_no_more_refunded_than_captured",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_id"], name="payments_payment_one_per_provider_id"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(is_current=True),
                name="payments_payment_one_current_per_order",
            ),
            models.UniqueConstraint(
                fields=["order", "client_key"],
                condition=~models.Q(client_key=""),
                name="payments_payment_one_per_client_key",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="payments_payment_of_order"),
            models.Index(fields=["-created_at", "-id"], name="payments_payment_by_age"),
            models.Index(fields=["status", "-created_at", "-id"], name="payments_payment_by_status"),
            models.Index(fields=["method", "-created_at", "-id"], name="payments_payment_by_method"),
            models.Index(
                fields=["created_at"],
                name="payments_payment_open",
                condition=models.Q(status__in=OPEN),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @classmethod
    def by_method(cls, order: Order, method: PaymentMethod, **columns: Any) -> Self:
        """Return a payment of the order by the method as it is now, not stored yet."""
        with override(order.language):  # the customer reads it
            name = method.name
        return cls(
            order=order,
            method=method.code,
            method_name=name,
            terms=method.terms,
            moves_to_processing=method.moves_to_processing,
            provider=method.provider,
            currency=order.currency,
            **columns,
        )

    @property
    def is_open(self) -> bool:
        """Tell whether it may still be paid."""
        return self.status in OPEN

    @cached_property
    def fetched_refunds(self) -> list["Refund"]:
        """Return the refunds, newest first, as they were when they were first asked for or read along."""
        return list(self.refunds.all())

    @property
    def is_unsent(self) -> bool:
        """Tell whether its provider knows nothing of it."""
        return self.status == PaymentState.CREATED and self.sent_at is None and self.provider_id is None

    @property
    def refundable(self) -> Decimal:
        """Return what can still be given back, of one that was read `with_reserved`."""
        return self.captured - self.refunded - self.reserved
