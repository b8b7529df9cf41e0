"""A login on one device."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.settings import api_settings

from apps.users.models.user import User

MAX_DEVICE_LENGTH = 200  # characters


class EndReason(models.TextChoices):
    """Why a session is over before its time."""

    LOGOUT = "logout", _("logged out")
    LOGOUT_ALL = "logout_all", _("logged out everywhere")
    REVOKED = "revoked", _("ended by the user from another device, or by staff")
    PASSWORD_CHANGE = "password_change", _("password changed")
    PASSWORD_RESET = "password_reset", _("password reset")
    DEACTIVATED = "deactivated", _("account deactivated")
    REUSE = "reuse", _("a token was used again")


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions, how one begins and how they end."""

    def open(self, user: User, *, device: str = "", ip: str | None = None) -> "Session":
        """Store a new session of the user."""
        now = timezone.now()
        return self.create(
            user=user,
            device=device,
            ip=ip or None,
            created_at=now,
            last_used_at=now,
            rotated_at=now,
            expires_at=_expires_at(opened_at=now, rotated_at=now),
        )

    def live(self) -> Self:
        """Return the sessions that are neither ended nor expired."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def named(self, session_id: uuid.UUID, *, user_id: int) -> Self:
        """Return the live session with this id, if it is this user's and the user is active."""
        return self.live().filter(pk=session_id, user_id=user_id, user__is_active=True)

    def expired(self) -> Self:
        """Return the sessions of which no refresh token is valid any more."""
        return self.filter(expires_at__lte=timezone.now())

    def end(self, reason: EndReason) -> int:
        """End the sessions and return how many they were."""
        return self.update(ended_at=timezone.now(), ended_because=reason)


class Session(models.Model):
    """A login on one device. Its tokens name it (`sid`), and live no longer than it does.

    No token is stored: the one refresh token that is valid follows from the row (`apps/users/tokens.py`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="sessions", db_index=False, verbose_name=_("user")
    )
    device = models.CharField(_("device"), max_length=MAX_DEVICE_LENGTH, blank=True, default="")
    ip = models.GenericIPAddressField(_("last address"), null=True, blank=True)
    generation = models.PositiveIntegerField(_("refreshes"), default=0)
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last refreshed"))
    rotated_at = models.DateTimeField(_("token made"))
    expires_at = models.DateTimeField(_("valid until"), db_index=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(
        _("why it ended"), max_length=20, choices=EndReason.choices, blank=True, default=""
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-last_used_at", "-pk")
        indexes = [models.Index(fields=["user", "-last_used_at"], name="users_session_of_user")]

    def __str__(self) -> str:
        return self.device or str(self.pk)

    def rotate(self, *, ip: str | None) -> None:
        """Let the next refresh token take the place of the present one."""
        now = timezone.now()
        self.generation += 1
        self.ip = ip or self.ip
        self.last_used_at = self.rotated_at = now
        self.expires_at = _expires_at(opened_at=self.created_at, rotated_at=now)
        self.save(update_fields=["generation", "ip", "last_used_at", "rotated_at", "expires_at"])

    def has_just_replaced(self, generation: int) -> bool:
        """Tell whether this generation of token was replaced so recently that the response may be lost."""
        age = timezone.now() - self.rotated_at
        return generation == self.generation - 1 and age <= timedelta(seconds=settings.REFRESH_GRACE_SECONDS)


def _expires_at(*, opened_at: datetime, rotated_at: datetime) -> datetime:
    unused_until = rotated_at + api_settings.REFRESH_TOKEN_LIFETIME
    return min(unused_until, opened_at + timedelta(days=settings.SESSION_DAYS))
