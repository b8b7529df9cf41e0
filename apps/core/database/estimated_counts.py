"""Estimated counts of long lists: exact up to 10,000 rows, beyond that by a sample of the table.

An exact count reads every row that matches, which takes seconds where millions do. The second sample, `LOOK`,
is a workaround for lists of 17,500 to 50,000 rows, too few for the first: to count a search that finds 30,000
of a million rows takes 10 ms with it, and 34 ms without.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

MOST_COUNTED = 10_000


class Sample(NamedTuple):
    """Some of a table's pages, and from when on they are believed without a count.

    The rows must lie on many pages: those of a shorter list can lie together, and a sample meet them.
    """

    percent: float
    sure_rows: int  # that it stands for
    sure_pages: int


GLANCE, LOOK = Sample(0.25, 5 * MOST_COUNTED, 10), Sample(1, 17_500, 60)
WORTH_A_LOOK = 25_000  # rows that the glance stands for: of fewer a look could say nothing sure
SEEN = "SELECT count(*) * 100 / {percent} AS rows, count(DISTINCT page) AS pages FROM ({sample}) AS seen"
QUESTION = """
    WITH glance AS ({glance}), look AS ({look}), sure AS MATERIALIZED (
        SELECT CASE
            WHEN rows >= {glance_rows} AND pages >= {glance_pages} THEN rows
            WHEN rows >= {worth} THEN
                (SELECT rows FROM look WHERE rows >= {look_rows} AND pages >= {look_pages})
        END AS rows FROM glance
    ), counted AS MATERIALIZED (
        SELECT CASE WHEN rows IS NULL THEN (SELECT {number} FROM ({first}) AS first) END AS rows FROM sure
    )
    SELECT
        CASE WHEN counted.rows > {most} THEN (SELECT rows FROM {unsure}) ELSE sure.rows END,
        counted.rows
    FROM sure, counted
"""
# Of rows that stand for others: exact where these are few enough to be read, else by the larger sample.
FEWER = "CASE WHEN count(*) > {most} THEN {most} + 1 ELSE count(DISTINCT stands_for) END"


class Count(NamedTuple):
    """A number of rows, which may be an estimate."""

    number: int
    is_exact: bool = True


@runtime_checkable
class Counted(Protocol):
    """Rows that know themselves how they are counted."""

    def counted(self) -> Count:
        """Return how many there are."""


def count_of(rows: QuerySet[Any] | Counted) -> Count:
    """Count the rows; on PostgreSQL more than 10,000 are estimated. It takes one query.

    The query of rows that stand for others may have an attribute `counted_by`: a queryset of these, with the
    same value `stands_for` for all that one row stands for. Then more than 10,000 of these are estimated.
    """
    if isinstance(rows, Counted):
        return rows.counted()
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return Count(rows.count())
    try:
        (pages, values), (first, first_values) = _pages(rows), _first(rows)
    except EmptyResultSet:  # the ORM knows without asking
        return Count(0)
    table = connection.ops.quote_name(rows.model._meta.db_table)
    stands_for_others = hasattr(rows.query, "counted_by")
    question = QUESTION.format(
        number=FEWER.format(most=MOST_COUNTED) if stands_for_others else "count(*)",
        unsure="look" if stands_for_others else "glance",
        most=MOST_COUNTED,
        glance=_seen(pages, table, GLANCE),
        look=_seen(pages, table, LOOK),
        first=first,
        worth=WORTH_A_LOOK,
        glance_rows=GLANCE.sure_rows,
        glance_pages=GLANCE.sure_pages,
        look_rows=LOOK.sure_rows,
        look_pages=LOOK.sure_pages,
    )
    with connection.cursor() as cursor:
        cursor.execute(question, [*values, *values, *first_values])
        estimate, counted = cursor.fetchone()
    if counted is not None and counted <= MOST_COUNTED:
        return Count(counted)
    least = 1 if stands_for_others else MOST_COUNTED + 1
    return Count(max(round(estimate), least), is_exact=False)


def _pages(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    table = connections[rows.db].ops.quote_name(rows.model._meta.db_table)
    page = RawSQL(f"({table}.ctid::text::point)[0]", ())
    return _sql(rows.order_by().annotate(page=page).values("page"))


def _seen(pages: str, table: str, sample: Sample) -> str:
    # No ORM knows TABLESAMPLE. The same sample each time, so that the pages of a list tell the same number.
    of_sample = f"FROM {table} TABLESAMPLE SYSTEM ({sample.percent}) REPEATABLE (1)"
    return SEEN.format(percent=sample.percent, sample=pages.replace(f"FROM {table}", of_sample, 1))


def _first(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    stood_for: QuerySet[Any] | None = getattr(rows.query, "counted_by", None)
    read = rows.order_by().values("pk") if stood_for is None else stood_for
    return _sql(read[: MOST_COUNTED + 1])


def _sql(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    return rows.query.get_compiler(using=rows.db).as_sql()
