"""Ids of related rows collected into one column, so that they need no statement of their own."""

from typing import Any

from django.db.models import Aggregate, F, JSONField, Model, OuterRef, Subquery
from django.db.models.sql.compiler import SQLCompiler


class CollectedIds(Subquery):
    """The values of a column, as a list; None where there is no row.

    `outer` names the column that says what the rows belong to, and the outer query's path to that.
    """

    def __init__(self, model: type[Model], column: str, **outer: str) -> None:
        rows = model._default_manager.filter(**{name: OuterRef(path) for name, path in outer.items()})
        (group,) = outer
        collected = rows.order_by().values(group).annotate(collected=_JSONList(F(column)))
        super().__init__(collected.values("collected"))


class _JSONList(Aggregate):
    name = "JSONList"
    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)
