"""Expressions that the ORM lacks."""

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Subquery


class _Among(Func):
    """`column = ANY(ARRAY(subquery))`: PostgreSQL reads the subquery first, then looks each value up."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return `column IN (subquery)`, which SQLite does alike."""
        return self.as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" IN ", **context)


def is_among(column: str, values: QuerySet[Any, Any]) -> Func:
    """Return the condition that the column has one of the values, of which there are some thousands at most.

    To `column IN (subquery)` PostgreSQL may prefer to read the whole table.
    """
    return _Among(F(column), Subquery(values))
