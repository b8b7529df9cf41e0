"""Configuration cache: what prices depend on and staff rarely edit, parsed once for each of its versions.

Delivery methods, tax rates, the tree of categories, promotions and payment methods are small. Each process
keeps them under the number in `ConfigVersion`, which changes with every edit (`configures`) and is read
along with the rows of products: an order costs no statement for it.
"""

import secrets
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import BigIntegerField, Func, Model, QuerySet, Subquery
from django.db.models.signals import m2m_changed, post_delete, post_save

from apps.core.database.querysets import bulk_written
from apps.store.models import ConfigVersion

RANDOM_BITS = 40  # of a version: the sum of thousands is still a bigint

T = TypeVar("T")


class ConfigurationPart(Generic[T]):
    """A part of the configuration; `load` reads it from the database."""

    def __init__(self, load: Callable[[], T]) -> None:
        self.load = load
        _parts.append(self)


class Configuration:
    """All parts of one version."""

    def __init__(self, version: int | None, values: dict[ConfigurationPart[Any], Any]) -> None:
        self.version, self._values = version, values

    def __getitem__(self, part: ConfigurationPart[T]) -> T:
        """Return the part."""
        value: T = self._values[part]
        return value


_parts: list[ConfigurationPart[Any]] = []
_kept: list[Configuration] = []  # at most one: the last that was loaded


def version_expression() -> Subquery:
    """Return an expression for the version, to be read in the same statement as the rows it goes with."""
    return Subquery(_versions())


def current_version() -> int | None:
    """Read the version; None while nothing has ever been edited."""
    return _versions().get()["sum"]


def configuration(version: int | None) -> Configuration:
    """Return the configuration; one that this process has not kept under the version is loaded.

    It is loaded again if it was edited meanwhile: it is never a mixture of two versions.
    """
    for kept in _kept:  # read once: another thread may keep another one meanwhile
        if kept.version == version:
            return kept
    while True:
        loaded = Configuration(version, {part: part.load() for part in _parts})
        version = current_version()
        if version == loaded.version:
            _kept[:] = [loaded]
            return loaded


def current_configuration() -> Configuration:
    """Return the configuration, for whoever reads nothing that the version could come with."""
    return configuration(current_version())


@transaction.atomic(savepoint=False)
def bump(**kwargs: Any) -> None:
    """Give the configuration another version, in the transaction of the edit.

    It waits for nobody, so that no two edits can block each other: it adds a row of its own, and deletes
    those that no other edit is just deleting. The version is the sum of all rows, mostly of one.
    """
    free = ConfigVersion.objects.select_for_update(
        skip_locked=connection.features.has_select_for_update_skip_locked
    )
    ConfigVersion.objects.filter(pk__in=free.values("pk")).delete()
    ConfigVersion.objects.create(version=secrets.randbits(RANDOM_BITS))


def configures(*models: type[Model]) -> None:
    """Have each change of the models' rows, or of what their many-to-many fields hold, bump the version."""
    for model in models:
        for signal in (post_save, post_delete, bulk_written):
            signal.connect(bump, sender=model)
        for field in model._meta.local_many_to_many:
            m2m_changed.connect(bump, sender=field.remote_field.through)


def _versions() -> QuerySet[ConfigVersion, Any]:
    total = Func("version", function="SUM", output_field=BigIntegerField())  # no `Sum`: that groups by rows
    return ConfigVersion.objects.values(sum=total)
