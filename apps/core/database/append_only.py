"""Append-only models: the ORM neither changes nor deletes their rows."""

from typing import Any, NoReturn, TypeVar

from django.db import models

ModelT = TypeVar("ModelT", bound=models.Model)


class AppendOnlyError(TypeError):
    """An attempt to rewrite history: a mistake of the code, not of a user."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"Rows of {model.__name__} are neither changed nor deleted.")


class AppendOnlyQuerySet(models.QuerySet[ModelT]):
    """Rows that can be read and added."""

    def update(self, **values: Any) -> NoReturn:
        """Raise AppendOnlyError."""
        raise AppendOnlyError(self.model)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> NoReturn:
        """Raise AppendOnlyError."""
        raise AppendOnlyError(self.model)

    def delete(self) -> NoReturn:
        """Raise AppendOnlyError."""
        raise AppendOnlyError(self.model)

    def bulk_create(
        self, objs: Any, *args: Any, update_conflicts: bool = False, **kwargs: Any
    ) -> list[ModelT]:
        """Insert the rows.

        Raises AppendOnlyError when rows that exist are to be changed.
        """
        if update_conflicts:
            raise AppendOnlyError(self.model)
        return super().bulk_create(objs, *args, **kwargs)


class AppendOnlyModel(models.Model):
    """A row that is inserted and stays as it is."""

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, **kwargs: Any) -> None:
        """Insert the row.

        Raises AppendOnlyError for a row that is stored already.
        """
        if not self._state.adding:
            raise AppendOnlyError(type(self))
        super().save(**{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise AppendOnlyError."""
        raise AppendOnlyError(type(self))
