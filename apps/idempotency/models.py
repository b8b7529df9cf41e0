"""Stored responses to requests with an `Idempotency-Key`."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_KEY_LENGTH = 255  # characters


class StoredResponseQuerySet(models.QuerySet["StoredResponse"]):
    """Questions about stored responses."""

    def expired(self) -> Self:
        """Return the responses that are not sent again any more."""
        return self.filter(expires_at__lte=timezone.now())


class StoredResponse(models.Model):
    """The key of a user's request and the response to it, stored in the transaction of what the request did.

    The row is inserted before the work and completed after it, so a second request with the key waits at the
    unique index until the first one is committed or taken back. No other transaction sees it incomplete.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=MAX_KEY_LENGTH)
    fingerprint = models.CharField(_("fingerprint of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status of the response"), default=0)
    headers = models.JSONField(_("headers of the response"), default=dict)
    body = models.BinaryField(_("body of the response"), default=b"")
    subject = models.CharField(_("what it made"), max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    objects = StoredResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored response")
        verbose_name_plural = _("stored responses")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_storedresponse_unique"),
        ]

    def __str__(self) -> str:
        return self.key
