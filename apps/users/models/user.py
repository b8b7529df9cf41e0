"""The account of a customer or a member of staff."""

import uuid
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Action
from apps.audit.registry import audited
from apps.audit.services import Changes, changes_between, changes_from_nothing, record, values_of
from apps.core.database.key_columns import KeyedModel, KeyField
from apps.core.normalization import EMAIL, USERNAME
from apps.users.credentials import Event, end_credentials
from apps.users.exceptions import AccountErased
from apps.users.models.user_manager import ENDING_FIELDS, StoreUserManager
from apps.users.usernames import fault_of_address_as_name, fault_of_email, fault_of_username

ENDED_FIELDS = {"login_stamp", "mail_stamp", "new_email"}  # what changes when credentials end


@audited(keeps_name=False)
class User(KeyedModel, AbstractUser):
    """A person with an account. Name and e-mail address are unique in whatever spelling."""

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

    email = models.EmailField(
        _("email address"),
        blank=True,
        error_messages={"unique": _("A user with that e-mail address already exists.")},
    )
    username_key = KeyField("username", USERNAME)
    email_key = KeyField("email", EMAIL)
    email_verified_at = models.DateTimeField(_("e-mail address confirmed"), null=True, blank=True)
    new_email = models.EmailField(
        _("new e-mail address, not confirmed yet"), blank=True, default="", db_default=""
    )

    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True, editable=False)

    # New ones end what they went into: the admin's cookies, and the tokens of e-mails (`credentials.py`).
    login_stamp = models.UUIDField(null=True, editable=False)
    mail_stamp = models.UUIDField(null=True, editable=False)

    objects: ClassVar[StoreUserManager] = StoreUserManager()

    events: tuple[Event, ...] = ()  # what happens by the next `save()`, besides what that sees itself
    kept_session_id: uuid.UUID | str | None = None  # the one in which its user changes the password
    also_changed: Changes | None = None  # what the audit trail tells of its groups and permissions
    _loaded: Mapping[str, Any] = {}  # values that may be told of or end something, as they were read or saved

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(fields=["username_key"], name="users_user_username_key_unique"),
            # Null without an address: an account made on the command line may have none.
            models.UniqueConstraint(fields=["email_key"], name="users_user_email_key_unique"),
        ]

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        """Return the username as it is stored. A form that refused it has none."""
        return USERNAME.clean(username) if isinstance(username, str) else username

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return an account that was read, and remember its values."""
        user = super().from_db(*args, **kwargs)
        user._note_loaded(user.__dict__)
        return user

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        """Read the account, or these fields, again."""
        super().refresh_from_db(using, fields, from_queryset)
        self._note_loaded(self.__dict__ if fields is None else fields)

    def clean(self) -> None:
        """Bring name and address into their clean form.

        Raises ValidationError, by field, for those that nobody may take. What was taken before may stay.
        """
        super().clean()
        former = None if self._state.adding else User.objects.filter(pk=self.pk).first()
        name, email = self.username or "", self.email  # a form that refused the name leaves none
        is_moved = former is None or former.email_key != EMAIL.key(email)
        is_renamed = former is None or former.username_key != USERNAME.key(name)
        faults = {
            "email": is_moved and fault_of_email(email),
            "username": (is_renamed and fault_of_username(name))
            or ((is_moved or is_renamed) and fault_of_address_as_name(name, email=email)),
        }
        if found := {field: fault for field, fault in faults.items() if fault}:
            raise ValidationError(found)

    def has_confirmed(self, address: str) -> bool:
        """Tell whether the user has shown to read the mail of this address, which is the account's."""
        return self.email_verified_at is not None and address == self.email

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether this is the password; a hash that was made at another cost is renewed by that."""
        return check_password(raw_password, self.password, self._renew_hash)

    def get_session_auth_hash(self) -> str:
        """Return what the admin's cookies are bound to: password and stamp."""
        return self._stamped(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Return the same for each former secret key."""
        return map(self._stamped, super().get_session_auth_fallback_hash())

    def save(self, **kwargs: Any) -> None:
        """Store the account, with an entry in the audit trail, and end the credentials that this ends.

        Here and not in a service: the admin, `changepassword` and `createsuperuser` of Django call nothing
        else. What this instance has not changed stays as others have stored it meanwhile. Raises
        User.DoesNotExist when they have deleted the account, and AccountErased when it was erased since it
        was read: what it was called is not written back.
        """
        given = kwargs.get("update_fields")
        written = {field.name for field in self._meta.concrete_fields} if given is None else set(given)
        if written == {"last_login"}:  # Django's, at a login to the admin; the account may be gone by now
            User.objects.filter(pk=self.pk).update(last_login=self.last_login)
            return
        if not (self.events or written & {*self.AUDITED_FIELDS, "password"}):
            super().save(**kwargs)
            return
        with transaction.atomic(savepoint=False):
            if self._state.adding:
                super().save(**kwargs)
                record(Action.CREATED, self, changes_from_nothing(values_of(self, self.AUDITED_FIELDS)))
            else:
                # Locked, so that what ends and what is recorded is what this very change finds.
                stored = User.objects.locked().get(pk=self.pk)
                self._refuse_to_undo_erasure(stored)
                self._leave_to_others(stored, written)
                written |= self._end_credentials(stored, written)
                super().save(**kwargs if given is None else {**kwargs, "update_fields": written})
                self._record_change(stored, written)
        self.events = ()
        self._note_loaded(written)

    def events_since(self, former: "User", fields: Iterable[str]) -> tuple[Event, ...]:
        """Return what has happened to the account, of which these fields may have changed."""
        changed = {name for name in ENDING_FIELDS.intersection(fields) if self._differs(former, name)}
        seen = {
            Event.PASSWORD_CHANGED: "password" in changed,
            Event.DEACTIVATED: "is_active" in changed and not self.is_active,
            Event.ADDRESS_CHANGED: "email" in changed,
        }
        return tuple(event for event, is_seen in seen.items() if is_seen)

    def _refuse_to_undo_erasure(self, stored: "User") -> None:
        if stored.erased_at and (self.erased_at is None or self.erased_at < stored.erased_at):
            raise AccountErased

    def _note_loaded(self, names: Container[str]) -> None:
        noted = [name for name in (*self.AUDITED_FIELDS, "password") if name in names]
        self._loaded = {**self._loaded, **{name: self.__dict__[name] for name in noted}}

    def _leave_to_others(self, stored: "User", written: set[str]) -> None:
        """Take what this instance was read with, and has not changed, from what is stored by now."""
        for name, loaded in self._loaded.items():
            if name in written and self.__dict__.get(name) == loaded:
                setattr(self, name, getattr(stored, name))
        self.login_stamp, self.mail_stamp = stored.login_stamp, stored.mail_stamp

    def _differs(self, former: "User", name: str) -> bool:
        return getattr(self, name) != getattr(former, name)

    def _end_credentials(self, stored: "User", written: set[str]) -> set[str]:
        """End what this change ends, and return the fields that changed by that."""
        self.events += self.events_since(stored, written)
        for event in self.events:
            end_credentials(self, event)
        return ENDED_FIELDS if self.events else set()

    def _record_change(self, stored: "User", written: set[str]) -> None:
        audited = [name for name in self.AUDITED_FIELDS if name in written]
        changes = changes_between(values_of(stored, audited), values_of(self, audited))
        changes, self.also_changed = changes | (self.also_changed or {}), None
        if Event.ERASED in self.events:
            record(Action.ERASED, self)
        elif Event.PASSWORD_CHANGED in self.events:
            record(Action.PASSWORD_CHANGED, self, changes)
        elif changes:
            record(Action.CHANGED, self, changes)

    def _renew_hash(self, raw_password: str) -> None:
        renewed = make_password(raw_password)
        # Unless it is another password by now. It is no event, as this is the same one.
        unchanged = User.objects.filter(pk=self.pk, password=self.password)
        if not models.QuerySet.update(unchanged, password=renewed):
            # Another login may have renewed it: this one must not take that for a new password.
            renewed = User.objects.filter(pk=self.pk).values_list("password", flat=True).first() or ""
            if not check_password(raw_password, renewed):
                return
        self.password = renewed
        self._note_loaded({"password"})

    def _stamped(self, auth_hash: str) -> str:
        return f"{auth_hash}{self.login_stamp or ''}"
