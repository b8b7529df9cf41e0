"""Tables without indexes and keys while many rows come in: to build them at the end takes half the time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)
        )
    FROM pg_constraint
    WHERE contype IN ('f', 'p', 'u')
        AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY contype = 'f' DESC
"""
INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
"""


@contextmanager
def bare(database: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Drop keys and indexes of the tables, and make the same ones anew when the block ends."""
    made_anew: list[str] = []
    # Foreign keys go first and come last. What is left then has an index of no constraint.
    for question in (CONSTRAINTS, INDEXES):
        for drop, make in database.execute(question, {"tables": list(tables)}).fetchall():
            database.execute(drop)
            made_anew.append(make)
    yield
    for make in sorted(made_anew, key=lambda statement: "FOREIGN KEY" in statement):
        database.execute(make)
