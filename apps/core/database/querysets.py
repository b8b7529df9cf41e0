"""QuerySet that sends a signal when rows are written in bulk, which Django itself does not."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.dispatch import Signal

bulk_written = Signal()  # sender: the model

ModelT = TypeVar("ModelT", bound=Model)


class SignallingQuerySet(QuerySet[ModelT]):
    """Send `bulk_written` for `update`, `bulk_update` (which uses it) and `bulk_create`."""

    def update(self, **values: Any) -> int:
        """Update the rows and announce it."""
        count = super().update(**values)
        bulk_written.send(sender=self.model)
        return count

    def bulk_create(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> list[ModelT]:
        """Insert the rows and announce it."""
        created = super().bulk_create(objs, *args, **kwargs)
        bulk_written.send(sender=self.model)
        return created
