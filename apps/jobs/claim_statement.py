"""SQL statement that claims a job: the ORM takes longer to compile it than the database to run it."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.jobs.circuit_breaker import FAILURES_TO_PAUSE
from apps.jobs.circuit_registry import Circuit, circuit_of
from apps.jobs.models import Job, JobStatus
from apps.jobs.registry import followers

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
# For jobs whose circuit has no limit. Nobody holds its lock: after a pause two may be tried at once.
NOT_PAUSED = """
        AND NOT EXISTS (
            SELECT 1 FROM jobs_circuitstate AS state
            WHERE state.kind = %(circuit)s AND (
                state.paused_until > %(now)s
                OR state.failures >= %(too_many)s AND EXISTS (
                    SELECT 1 FROM jobs_job AS tried
                    WHERE ({sharing}) AND tried.id <> jobs_job.id
                        AND tried.status = 'running' AND tried.leased_until > %(now)s
                )
            )
        )
"""


def claim_as_read(job: Job, *, seconds: int) -> bool:
    """Claim the job for so long, if it is due, available and as it was read; tell whether it was."""
    now, lease = timezone.now(), uuid.uuid4()
    leased_until = now + timedelta(seconds=seconds)
    to_database = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "id": job.pk,
        "attempts": job.attempts,
        "lease": lease.hex,
        "leased_until": to_database(leased_until),
        "now": to_database(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(*statement(job, values))
        if not cursor.rowcount:
            return False
    job.status, job.attempts, job.updated_at = JobStatus.RUNNING, job.attempts + 1, now
    job.lease, job.leased_until = lease, leased_until
    return True


def statement(job: Job, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL that claims the job, with these and all other values."""
    sql, values = CLAIM, dict(values)
    if followed := followers().get(job.kind):
        sql += READY.format(followed=_placeholders("followed", followed, values))
    circuit = circuit_of(job.kind, job.circuit)
    if circuit and circuit.limit is None:
        sql += NOT_PAUSED.format(sharing=_sharing(circuit, values))
        values |= {"circuit": circuit.name, "too_many": FAILURES_TO_PAUSE}
    return sql, values


def _sharing(circuit: Circuit, values: dict[str, Any]) -> str:
    """Return what `of_circuits` says of one circuit."""
    if not circuit.kinds:
        return "tried.circuit = %(circuit)s"
    kinds = _placeholders("sharing", circuit.kinds, values)
    return f"tried.circuit = %(circuit)s OR tried.circuit = '' AND tried.kind IN ({kinds})"


def _placeholders(name: str, kinds: Sequence[str], values: dict[str, Any]) -> str:
    """Add the kinds to the values, and return what stands for them in the statement."""
    named = {f"{name}_{number}": kind for number, kind in enumerate(kinds)}
    values.update(named)
    return ", ".join(f"%({key})s" for key in named)
