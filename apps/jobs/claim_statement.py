"""SQL statement that claims a job: the ORM takes longer to compile it than the database to run it."""

from collections.abc import Sequence
from typing import Any

from apps.jobs.registry import FAILURES_TO_PAUSE, circuit_of, followers

# What `due` and `available` say, and that nobody has tried the job since it was read.
CLAIM = """
    UPDATE jobs_job SET status = 'running', attempts = attempts + 1, lease = %(lease)s,
        leased_until = %(leased_until)s, updated_at = %(now)s
    WHERE id = %(id)s AND attempts = %(attempts)s
        AND (status = 'pending' AND run_at <= %(now)s OR status = 'running' AND leased_until <= %(now)s)
        AND NOT EXISTS (
            SELECT 1 FROM jobs_job AS other
            WHERE other.subject = jobs_job.subject AND other.id <> jobs_job.id
                AND other.status = 'running' AND other.leased_until > %(now)s
        )
"""
# For kinds that follow others.
READY = """
        AND NOT EXISTS (
            SELECT 1 FROM jobs_job AS earlier
            WHERE earlier.subject = jobs_job.subject AND earlier.id < jobs_job.id
                AND earlier.status IN ('pending', 'running') AND earlier.kind IN ({followed})
        )
"""
# For kinds whose circuit has no limit. Nobody holds its lock: after a pause two may be tried at once.
NOT_PAUSED = """
        AND NOT EXISTS (
            SELECT 1 FROM jobs_circuitstate AS state
            WHERE state.kind = %(circuit)s AND (
                state.paused_until > %(now)s
                OR state.failures >= %(too_many)s AND EXISTS (
                    SELECT 1 FROM jobs_job AS tried
                    WHERE tried.kind IN ({sharing}) AND tried.id <> jobs_job.id
                        AND tried.status = 'running' AND tried.leased_until > %(now)s
                )
            )
        )
"""


def statement(kind: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL that claims a job of the kind, with these and all other values."""
    sql, values = CLAIM, dict(values)
    if followed := followers().get(kind):
        sql += READY.format(followed=_placeholders("followed", followed, values))
    circuit = circuit_of(kind)
    if circuit and circuit.limit is None:
        sql += NOT_PAUSED.format(sharing=_placeholders("sharing", circuit.kinds, values))
        values |= {"circuit": circuit.name, "too_many": FAILURES_TO_PAUSE}
    return sql, values


def _placeholders(name: str, kinds: Sequence[str], values: dict[str, Any]) -> str:
    """Add the kinds to the values, and return what stands for them in the statement."""
    named = {f"{name}_{number}": kind for number, kind in enumerate(kinds)}
    values.update(named)
    return ", ".join(f"%({key})s" for key in named)
