"""Models of the audit trail: append-only entries of who changed what, and through what."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import model_label, verbose_name_of
from apps.core.database.append_only import AppendOnlyModel, AppendOnlyQuerySet

MAX_NAME_LENGTH = 200  # characters of the name of what was changed


class Source(models.TextChoices):
    """Through what something was changed."""

    ADMIN = "admin", _("admin")
    API = "api", _("API")
    COMMAND = "command", _("command")
    JOB = "job", _("job")


class Action(models.TextChoices):
    """What was done."""

    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    SESSIONS_ENDED = "sessions_ended", _("sessions ended")
    ERASED = "erased", _("personal data erased")
    RUN_AGAIN = "run_again", _("run again")


class AuditEntryQuerySet(AppendOnlyQuerySet["AuditEntry"]):
    """Questions about the trail."""

    def about(self, row: models.Model) -> Self:
        """Return what was done to the row, newest first."""
        return self.filter(target_kind=model_label(row), target_id=row.pk)

    def matching(self, text: str) -> Self:
        """Return the entries of this request, about the row with this id, and by or about this user."""
        users: Any = get_user_model()._default_manager
        # Asked first: of a subquery in an OR no index is used.
        user_ids = list(users.named(text).values_list("pk", flat=True))
        found = models.Q(request_id=text)
        if user_ids:
            about_them = models.Q(target_kind=model_label(get_user_model()), target_id__in=user_ids)
            found |= models.Q(actor__in=user_ids) | about_them
        if text.isascii() and text.isdigit() and len(text) < 19:
            found |= models.Q(target_id=int(text))
        return self.filter(found)

    def forget_values(self) -> int:
        """Empty the values of the entries: the only change ever, for a person whose data is erased.

        Return how many entries that were.
        """
        return models.QuerySet.update(self, changes={})


class AuditEntry(AppendOnlyModel):
    """Something that was done to a row, with the values of its fields before and after.

    The row is named by kind and id: it may be gone, and its app is unknown here. A user has no name here, so
    that none is left behind.
    """

    created_at = models.DateTimeField(_("time"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    source = models.CharField(_("through"), max_length=10, choices=Source.choices)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")
    action = models.CharField(_("action"), max_length=20, choices=Action.choices)
    target_kind = models.CharField(_("kind"), max_length=50)
    target_id = models.BigIntegerField(_("id"))
    target_name = models.CharField(_("name"), max_length=MAX_NAME_LENGTH, blank=True, default="")
    changes = models.JSONField(_("changes"), default=dict)  # {field: [before, after]}

    username: str | None  # the present one of the user that it is about, where the admin has asked for it

    objects = AuditEntryQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = False
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=Source.values), name="audit_auditentry_source_known"
            ),
            models.CheckConstraint(
                condition=models.Q(action__in=Action.values), name="audit_auditentry_action_known"
            ),
        ]
        # Each ends with the order of the list. The source and the actions that most entries have are found
        # soon by time alone, so most entries add to no index of these.
        indexes = [
            models.Index(fields=["created_at", "id"], name="audit_auditentry_by_time"),
            models.Index(
                fields=["target_id", "target_kind", "created_at", "id"], name="audit_auditentry_of_target"
            ),
            models.Index(fields=["actor", "created_at", "id"], name="audit_auditentry_of_actor"),
            models.Index(
                fields=["request_id"], name="audit_auditentry_of_request", condition=~models.Q(request_id="")
            ),
            models.Index(fields=["target_kind", "created_at", "id"], name="audit_auditentry_of_kind"),
            models.Index(
                fields=["source", "created_at", "id"],
                name="audit_auditentry_by_source",
                condition=~models.Q(source=Source.API),
            ),
            models.Index(
                fields=["action", "created_at", "id"],
                name="audit_auditentry_by_action",
                condition=~models.Q(action__in=[Action.CREATED, Action.CHANGED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.called(self.target_name)}: {self.get_action_display()}"

    def called(self, name: str) -> str:
        """Return what people call the row that was changed: by this name, else by its number."""
        kind = verbose_name_of(self.target_kind)
        numbered = _("%(kind)s #%(number)s") % {"kind": kind, "number": self.target_id}
        return f"{kind} {name}" if name else numbered
