"""Models of integrations: the feeds, each with the files that it is made of."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedKind(models.TextChoices):
    """What a feed is for, which says where it is served and how it is written."""

    YML = "yml", _("Yandex Market (YML)")
    GOOGLE = "google", _("Google Merchant Center")
    SITEMAP = "sitemap", _("Sitemap")


class FeedStatus(models.TextChoices):
    """Where a feed stands: the current one of a kind is the one that is served."""

    MAKING = "making", _("being made")
    CURRENT = "current", _("served")
    REPLACED = "replaced", _("replaced")
    FAILED = "failed", _("failed")


class FeedQuerySet(models.QuerySet["Feed"]):
    """Questions about feeds."""

    def making(self) -> Self:
        """Return those that are being made."""
        return self.filter(status=FeedStatus.MAKING)

    def current(self) -> Self:
        """Return those that are served."""
        return self.filter(status=FeedStatus.CURRENT)


class Feed(models.Model):
    """All products on sale in files, as of a moment. Its files are never written again: another feed is.

    The head is written last and served first. The parts are those that follow it, in order; of a sitemap,
    each is a file of its own, which the head lists.
    """

    kind = models.CharField(_("feed"), max_length=10, choices=FeedKind.choices)
    status = models.CharField(
        _("status"), max_length=10, choices=FeedStatus.choices, default=FeedStatus.MAKING
    )
    folder = models.CharField(_("folder"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("ordered"), auto_now_add=True)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    offers = models.BigIntegerField(_("products"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    last_id = models.BigIntegerField(_("the last of the products"), default=0)
    head = models.JSONField(_("first file"), default=dict, blank=True)
    parts = models.JSONField(_("files"), default=list, blank=True)
    etag = models.CharField(_("ETag"), max_length=40, blank=True, default="")
    problem = models.CharField(_("problem"), max_length=500, blank=True, default="")

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(status=FeedStatus.CURRENT),
                name="integrations_feed_one_current",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(status=FeedStatus.MAKING),
                name="integrations_feed_one_in_making",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=FeedStatus.values), name="integrations_feed_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=FeedKind.values), name="integrations_feed_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def subject(self) -> str:
        """Return what its jobs are found by."""
        return f"feed:{self.pk}"

    @property
    def served_files(self) -> list[dict[str, Any]]:
        """Return the files that are served, one after the other, at the address of its kind."""
        return [self.head] if self.kind == FeedKind.SITEMAP else [self.head, *self.parts]
