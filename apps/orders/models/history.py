"""Model of the history of an order: its status changes, and who made them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.orders.statuses import OrderStatus


class Actor(models.TextChoices):
    """In which capacity something was done to an order."""

    USER = "user", _("customer or staff")
    STAFF = "staff", _("staff")
    SYSTEM = "system", _("the store itself")
    GUEST = "guest", _("customer without an account")


class StatusChange(models.Model):
    """A status change of an order; the first one is its creation, from nothing."""

    order = models.ForeignKey("Order", models.CASCADE, related_name="status_changes")
    from_status = models.CharField(
        _("from"), max_length=20, choices=OrderStatus.choices, null=True, blank=True
    )
    to_status = models.CharField(_("to"), max_length=20, choices=OrderStatus.choices)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    actor = models.CharField(
        max_length=10, choices=Actor.choices, default=Actor.USER, db_default=Actor.USER.value
    )
    comment = models.CharField(_("comment"), max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("history")
        ordering = ("pk",)
        indexes = [
            # Few have one. An erasure looks through all of them.
            models.Index(
                fields=["id"], name="orders_statuschange_commented", condition=~models.Q(comment="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_status_display() or '—'} → {self.get_to_status_display()}"

    @property
    def actor_name(self) -> str:
        """Return the username of whoever made the change, else in which capacity it was made: `system`."""
        return self.changed_by.username if self.changed_by else self.actor
