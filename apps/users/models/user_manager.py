"""Manager and queryset of accounts: finding, locking and bulk updates."""

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import UserManager
from django.db import connections, models, transaction
from django.utils import timezone
from django.utils.functional import cached_property

from apps.core.database.derived_columns import DerivingQuerySet
from apps.core.normalization import EMAIL, USERNAME
from apps.users.account_changes import ENDING_FIELDS, events_between, store_account
from apps.users.exceptions import SessionRevoked

if TYPE_CHECKING:
    from apps.users.models.user import User

# Asked by every request that is signed in: as SQL, as the ORM would take four times as long to put it.
# Its columns by name: a prepared `*` fails once a migration has added one.
_OF_SESSION = """
    SELECT {columns} FROM users_user JOIN users_session ON users_session.user_id = users_user.id
    WHERE users_session.id = %s AND users_user.id = %s AND users_user.is_active
        AND users_session.ended_at IS NULL AND users_session.expires_at > %s
"""


class UserQuerySet(DerivingQuerySet["User"]):
    """Accounts, of which many may be changed at once."""

    def locked(self) -> Self:
        """Lock the rows until the transaction ends.

        What names a person is written under this lock, after a look at the person. Erasing waits for it: what
        was written before is erased, and whoever comes later finds out.
        """
        # no_key: rows that merely refer to a user, such as the orders, need not wait.
        return self.select_for_update(of=("self",), no_key=True)

    def update(self, **values: Any) -> int:
        """Change the rows, and end the credentials that a change like this ends, as `store_account` does."""
        if not ENDING_FIELDS & values.keys():
            return super().update(**values)
        with transaction.atomic(savepoint=False):
            former = self.locked().order_by("pk").in_bulk()
            rows = UserQuerySet(self.model, using=self.db).filter(pk__in=former)
            count = super(UserQuerySet, rows).update(**values)
            for user in rows.order_by("pk"):
                events = events_between(former[user.pk], user, ENDING_FIELDS)
                store_account(user, events=events, update_fields=[])
        return count


class StoreUserManager(UserManager["User"]):
    """Users, found by what people type."""

    def get_queryset(self) -> UserQuerySet:
        """Return all users."""
        return UserQuerySet(self.model, using=self._db)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address as mail is sent to it; what is no mailbox stays as it is."""
        return EMAIL.clean(email or "")

    def locked(self) -> UserQuerySet:
        """Lock the users until the transaction ends."""
        return self.get_queryset().locked()

    def lock_active(self, user_id: int) -> "User":
        """Return the user, locked, who is about to write something of their own.

        Raises SessionRevoked when the account was deactivated, erased or deleted since the request came in.
        """
        user = self.locked().filter(pk=user_id, is_active=True).first()
        if user is None:
            raise SessionRevoked
        return user

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        """Store a superuser. Raises ValidationError for a name or an address that nobody may take."""
        self.model(username=username, email=email or "").clean()
        return super().create_superuser(username, email, password, **extra_fields)

    def by_login(self, typed: str) -> "User | None":
        """Return the one account that is meant by whoever logs in so: by an e-mail address or a username.

        An address is its owner's, whoever may have it as a username.
        """
        address = EMAIL.key(typed)
        found = list(self.filter(models.Q(username_key=USERNAME.key(typed)) | models.Q(email_key=address)))
        return min(found, key=lambda user: user.email_key != address, default=None)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this username, in any spelling. Raises User.DoesNotExist."""
        return self.named(username or "").get()

    def named(self, username: str) -> models.QuerySet["User"]:
        """Return the user with this username, in any spelling."""
        return self.filter(username_key=USERNAME.key(username))

    def with_email(self, email: str) -> models.QuerySet["User"]:
        """Return the user with this e-mail address, in any spelling."""
        return self.filter(email_key=EMAIL.key(email))

    def of_session(self, session_id: uuid.UUID, *, user_id: int) -> "User | None":
        """Return the active user with this id, if this is a live session of theirs."""
        operations = connections[self.db].ops
        named = models.UUIDField().get_db_prep_value(session_id, connections[self.db])
        now = operations.adapt_datetimefield_value(timezone.now())
        return next(iter(self.raw(self._of_session, [named, user_id, now])), None)

    @cached_property
    def _of_session(self) -> str:
        fields = self.model._meta.concrete_fields
        return _OF_SESSION.format(columns=", ".join(f"users_user.{field.column}" for field in fields))
