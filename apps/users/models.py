"""The account of a customer or a member of staff, the sessions in which it calls the API, failed logins."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import connections, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.settings import api_settings

from apps.audit.models import Action
from apps.audit.services import Changes, changes_between, changes_from_nothing, record, values_of

MAX_DEVICE_LENGTH = 200  # characters
# Asked by every request that is signed in: as SQL, as the ORM would take four times as long to put it.
# Its columns by name: a prepared `*` fails once a migration has added one.
_OF_SESSION = """
    SELECT {columns} FROM users_user JOIN users_session ON users_session.user_id = users_user.id
    WHERE users_session.id = %s AND users_user.id = %s AND users_user.is_active
        AND users_session.ended_at IS NULL AND users_session.expires_at > %s
"""


class StoreUserManager(UserManager["User"]):
    """Users, found by what people type."""

    def by_login(self, typed: str) -> "User | None":
        """Return the one account that is meant by whoever logs in so: by an e-mail address or a username.

        An address is its owner's, whoever may have it as a username.
        """
        owner = self.with_email(typed).first() if "@" in typed else None
        return owner or self.named(typed).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this username, whatever its case. Raises User.DoesNotExist."""
        return self.named(username or "").get()

    def named(self, username: str) -> models.QuerySet["User"]:
        """Return the user with this username, whatever its case."""
        # Both sides lowered by the database, as its constraint does; SQLite lowers ASCII only.
        name = Lower(models.Value(User.normalize_username(username)))
        return self.alias(name_key=Lower("username")).filter(name_key=name)

    def with_email(self, email: str) -> models.QuerySet["User"]:
        """Return the user with this e-mail address, whatever its case."""
        return (
            self.alias(email_key=Lower("email"))
            .filter(email_key=Lower(models.Value(email)))
            .exclude(email="")
        )

    def of_session(self, session_id: uuid.UUID, *, user_id: int) -> "User | None":
        """Return the active user with this id, if this is a live session of theirs."""
        operations = connections[self.db].ops
        named = Session._meta.pk.get_db_prep_value(session_id, connections[self.db])
        now = operations.adapt_datetimefield_value(timezone.now())
        return next(iter(self.raw(self._of_session, [named, user_id, now])), None)

    @cached_property
    def _of_session(self) -> str:
        fields = self.model._meta.concrete_fields
        return _OF_SESSION.format(columns=", ".join(f"users_user.{field.column}" for field in fields))


class User(AbstractUser):
    """A person with an account. Name and e-mail are unique whatever the case (SQLite: of ASCII letters)."""

    # No password: that it has changed is all that is told.
    AUDITED_FIELDS = (
        "username",
        "email",
        "email_verified_at",
        "new_email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
    )

    email_verified_at = models.DateTimeField(_("e-mail address confirmed"), null=True, blank=True)
    new_email = models.EmailField(
        _("new e-mail address, not confirmed yet"), blank=True, default="", db_default=""
    )

    objects: ClassVar[StoreUserManager] = StoreUserManager()

    kept_session_id: uuid.UUID | None = None  # the one in which its user changes the password
    is_erased = False  # set when its personal data is
    also_changed: Changes | None = None  # what the audit trail tells of its groups and permissions
    _password: str | None
    _loses_password = False

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="users_user_username_unique",
                violation_error_message=_("A user with that username already exists."),
            ),
            # An account made on the command line may have no address.
            models.UniqueConstraint(
                Lower("email"),
                name="users_user_email_unique",
                condition=~models.Q(email=""),
                violation_error_message=_("A user with that e-mail address already exists."),
            ),
        ]

    def set_unusable_password(self) -> None:
        """Take the password away."""
        super().set_unusable_password()
        self._loses_password = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the account, with an entry in the audit trail.

        A new password ends its sessions, and so does its being deactivated. Here and not in a service: the
        admin, `changepassword` and `createsuperuser` of Django call nothing else.
        """
        # A hash that is renewed at a login leaves `_password` empty: the password is the same.
        has_new_password = self._password is not None or self._loses_password
        written = kwargs.get("update_fields")
        audited = [name for name in self.AUDITED_FIELDS if written is None or name in written]
        if not (audited or has_new_password):
            super().save(*args, **kwargs)
            return
        is_new = self._state.adding
        with transaction.atomic(savepoint=False):
            before = {} if is_new else self._stored_values(audited)
            super().save(*args, **kwargs)
            if is_new:
                record(Action.CREATED, self, changes_from_nothing(values_of(self, audited)))
            else:
                self._record_change(changes_between(before, values_of(self, audited)), has_new_password)
                self._end_sessions(has_new_password)
        self._loses_password = False

    def _stored_values(self, names: list[str]) -> dict[str, Any]:
        # Locked, so that what is recorded is what this very change finds.
        stored = User.objects.select_for_update(no_key=True).filter(pk=self.pk).only("pk", *names).first()
        return values_of(stored, names) if stored else {}

    def _record_change(self, changes: Changes, has_new_password: bool) -> None:
        changes, self.also_changed = changes | (self.also_changed or {}), None
        if self.is_erased:
            record(Action.ERASED, self)
        elif has_new_password:
            record(Action.PASSWORD_CHANGED, self, changes)
        elif changes:
            record(Action.CHANGED, self, changes)

    def _end_sessions(self, has_new_password: bool) -> None:
        if self.is_active and not has_new_password:
            return
        reason = EndReason.PASSWORD_CHANGE if has_new_password else EndReason.DEACTIVATED
        kept = [self.kept_session_id] if self.kept_session_id else []
        self.sessions.live().exclude(pk__in=kept).end(reason)


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
        """Tell whether the token of this generation was replaced so recently that its answer may be lost."""
        age = timezone.now() - self.rotated_at
        return generation == self.generation - 1 and age <= timedelta(seconds=settings.REFRESH_GRACE_SECONDS)


def _expires_at(*, opened_at: datetime, rotated_at: datetime) -> datetime:
    unused_until = rotated_at + api_settings.REFRESH_TOKEN_LIFETIME
    return min(unused_until, opened_at + timedelta(days=settings.SESSION_DAYS))


class LoginFailures(models.Model):
    """How many logins by one name, or from one address, have failed; the rules stand in `login_limits`.

    The key is a digest: people type passwords where the name belongs.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    kind = models.CharField(_("kind"), max_length=10)
    failures = models.IntegerField(_("failures"))
    next_at = models.DateTimeField(_("next attempt"))
    forgotten_at = models.DateTimeField(_("forgotten"), db_index=True)

    class Meta:
        verbose_name = _("failed logins")
        verbose_name_plural = _("failed logins")

    def __str__(self) -> str:
        return f"{self.kind}: {self.failures}"
