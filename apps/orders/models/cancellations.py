"""Model of cancellations: what was cancelled of an order, by whom and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.models.history import Actor


class CancellationReason(models.TextChoices):
    """Why an order, or a part of it, was cancelled."""

    CUSTOMER = "customer", _("the customer wished it")
    STOCK = "stock", _("not in stock")
    FRAUD = "fraud", _("fraud")
    EXPIRED = "expired", _("not paid in time")
    STAFF = "staff", _("by staff")
    OTHER = "other", _("other")


class Cancellation(models.Model):
    """A cancellation of a whole order or of pieces. `credited`: by how much less is due since."""

    order = models.ForeignKey("Order", models.PROTECT, related_name="cancellations")
    whole = models.BooleanField(_("the whole order"))
    amount = models.DecimalField(_("goods"), max_digits=15, decimal_places=2)
    tax = models.DecimalField(_("tax on goods"), max_digits=15, decimal_places=2)
    delivery_amount = models.DecimalField(_("delivery"), max_digits=15, decimal_places=2)
    delivery_tax = models.DecimalField(_("tax on delivery"), max_digits=15, decimal_places=2)
    credited = models.DecimalField(_("credited"), max_digits=15, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=20, choices=CancellationReason.choices)
    note = models.CharField(_("note"), max_length=1000, blank=True, default="")
    actor = models.CharField(max_length=10, choices=Actor.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("cancellation")
        verbose_name_plural = _("cancellations")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    amount__gte=0, tax__gte=0, delivery_amount__gte=0, delivery_tax__gte=0, credited__gte=0
                ),
                name="orders_cancellation_not_negative",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(whole=True), name="orders_cancellation_one_of_the_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.get_reason_display()}"
