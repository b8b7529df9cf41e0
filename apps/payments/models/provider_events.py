"""Model of provider events: the callbacks that were taken, for people who look into a case."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.database.append_only import AppendOnlyModel, AppendOnlyQuerySet
from apps.payments.models.payments import Payment


class ProviderEvent(AppendOnlyModel):
    """A callback of a provider that speaks of a payment of ours; `body` is masked. Kept for 90 days."""

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=200)
    kind = models.CharField(_("kind"), max_length=100)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events", verbose_name=_("payment"))
    received_at = models.DateTimeField(pgettext_lazy("payment", "received"), auto_now_add=True, db_index=True)
    body = models.TextField(_("content"))

    objects = AppendOnlyQuerySet["ProviderEvent"].as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payments_providerevent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.kind}"
