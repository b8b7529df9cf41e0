"""The account of a customer or a member of staff."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.core.database.dirty_fields import DirtyFieldsModel
from apps.core.database.key_columns import KeyedModel, KeyField
from apps.core.normalization import EMAIL, USERNAME
from apps.users.account_changes import store_account
from apps.users.models.user_manager import StoreUserManager
from apps.users.usernames import fault_of_address_as_name, fault_of_email, fault_of_username


@audited(keeps_name=False)
class User(DirtyFieldsModel, KeyedModel, AbstractUser):
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
    TRACKED_FIELDS = (*AUDITED_FIELDS, "password")

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

    # New ones end what they went into: the admin's cookies, and the tokens of e-mails (`revocation.py`).
    login_stamp = models.UUIDField(null=True, editable=False)
    mail_stamp = models.UUIDField(null=True, editable=False)

    objects: ClassVar[StoreUserManager] = StoreUserManager()

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
        """Store the account as `store_account` does. Django's own code and shells call nothing else."""
        store_account(self, **kwargs)

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
        self.note_loaded({"password"})

    def _stamped(self, auth_hash: str) -> str:
        return f"{auth_hash}{self.login_stamp or ''}"
