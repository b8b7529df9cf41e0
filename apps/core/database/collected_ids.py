"""Ids of related rows collected into one column, so that they need no statement of their own."""

from typing import Any

from django.db.models import F, Func, JSONField, Model
from django.db.models.sql.compiler import SQLCompiler


class CollectedIds(Func):
    """The values of a column, as a list; empty or None where there is no row.

    `outer` names the column that says what the rows belong to, and the outer query's path to that. It is a
    text with one value in it: a query of its own would be put together anew each time.
    """

    template = '(SELECT %(function)s("%(column)s") FROM "%(table)s" WHERE "%(group)s" = %(expressions)s)'
    function = "JSONB_AGG"
    output_field = JSONField()

    def __init__(self, model: type[Model], column: str, **outer: str) -> None:
        ((group, path),) = outer.items()
        super().__init__(F(path), table=model._meta.db_table, column=column, group=group)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, Any]:
        """Return the text for SQLite."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)
