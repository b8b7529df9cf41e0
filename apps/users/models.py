"""The account of a customer or a member of staff, and the logins that failed."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class StoreUserManager(UserManager["User"]):
    """Users, found by what people type."""

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


class User(AbstractUser):
    """A person with an account. Name and e-mail are unique whatever the case (SQLite: of ASCII letters)."""

    objects: ClassVar[StoreUserManager] = StoreUserManager()

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
