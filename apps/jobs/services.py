"""Services of jobs: enqueueing, claiming under a lease, recording the outcome.

Times are the application's: the clocks of all machines are assumed to agree within a few seconds, far less
than a lease.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import AuditRecord, record, record_all
from apps.core.database.transactions import retried_atomic
from apps.core.observability.request_id import current_request_id
from apps.jobs import broker, circuit_breaker
from apps.jobs.circuit_registry import circuit_named, circuit_of
from apps.jobs.claim_statement import claim_as_read
from apps.jobs.errors import traceback_of
from apps.jobs.exceptions import JobNotFailed
from apps.jobs.metrics import count_enqueued
from apps.jobs.models import UNFINISHED, Job, JobStatus
from apps.jobs.registry import Handler

UNKNOWN_KIND_SECONDS = 30  # until a job is tried again that this worker has no handler for
LIMITED_TRIES = 5  # due jobs of a limited kind that are tried before the rest is left to the next sweep
JITTER = 0.25  # a pause is lengthened by up to this part, so that what failed together is not tried together


class LeaseLost(Exception):
    """The job is another worker's by now."""


@dataclass(frozen=True)
class JobSpec:
    """A job to be done: `key` is unique over all time, `subject` is what its jobs are asked for by.

    `owner` is the customer who causes it and shares the workers with the others; none for the shop's own.
    It is not done before `run_at`, at once without. `circuit` is what it depends on, such as
    `provider:stripe`; without, that is declared with its kind.
    """

    kind: str
    key: str
    subject: str
    arguments: dict[str, Any] = field(default_factory=dict)
    owner: str = ""
    run_at: datetime | None = None
    circuit: str = ""

    def again(self) -> Self:
        """Return the spec of the same work once more, whatever is still known of the times before."""
        return replace(self, key=f"{self.key}:again:{uuid4()}")

    def matches(self, job: Job) -> bool:
        """Tell whether the job is of this work, the first time or once more."""
        return job.key == self.key or job.key.startswith(f"{self.key}:again:")


def enqueue(*specs: JobSpec) -> None:
    """Store jobs in the caller's transaction: they are done with its change, or not at all.

    Raises TransactionManagementError outside of a transaction, and LookupError for an unknown circuit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "A job is stored with the change that makes it necessary."
        )
    now = timezone.now()
    jobs = Job.objects.bulk_create(_row_of(spec, now) for spec in specs)
    # Whoever does the first of a subject goes on with the others: they need no message of their own. What is
    # to be done later gets none: a sweep announces it when it is due.
    first_ids: dict[str, int] = {}
    for job in jobs:
        if job.run_at <= now:
            first_ids.setdefault(job.subject, job.pk)
    # No partial: Django would look for its name, should it fail, and fail itself after the commit.
    transaction.on_commit(lambda: broker.notify(first_ids.values()), robust=True)
    transaction.on_commit(lambda: count_enqueued([job.kind for job in jobs]), robust=True)


def repeat(spec: JobSpec) -> Job | None:
    """Have work done once more, in the caller's transaction; None while it is still to be done anyway.

    Whoever calls it at the same time for the same subject must be kept out by a lock.
    """
    unfinished = Job.objects.about(spec.subject).filter(status__in=UNFINISHED)
    if any(map(spec.matches, unfinished)):
        return None
    again = spec.again()
    enqueue(again)
    job = Job.objects.get(key=again.key)
    record(Action.RUN_AGAIN, job)
    return job


def claim(job_id: int) -> Job | None:
    """Claim the job for this worker, under a lease; None when it is not due or somebody else has it.

    One conditional update decides: of two that try, the second finds no row. While a worker is busy with a
    job of the same subject the others are left to it, so that an order's e-mail does not draw the invoice
    once more. A job is left, too, while one that it follows is not over, and while its circuit is open or at
    its limit.
    """
    job = Job.objects.with_circuit_failures().filter(pk=job_id).first()
    return job if job and _try_claim(job) else None


def claim_next(job: Job) -> Job | None:
    """Claim the first due and available job of the same subject, else of the same circuit; None without one.

    Whoever holds one of the places of a circuit with a limit goes on with its jobs: they were turned away.
    """
    due = Job.objects.due(timezone.now()).with_circuit_failures()
    candidates = list(due.about(job.subject))  # few; claiming one tells whether it is ready
    circuit = circuit_of(job.kind, job.circuit)
    if circuit and circuit.limit is not None:
        candidates += due.ready().of_circuits([circuit]).order_by("run_at", "pk")[:LIMITED_TRIES]
    return next(filter(_try_claim, candidates), None)


def renew_lease(job: Job) -> None:
    """Keep the job for another lease.

    Raises LeaseLost when it is not this worker's any more: it was away for longer than the lease.
    """
    until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    if not Job.objects.filter(pk=job.pk, lease=job.lease).update(leased_until=until):
        raise LeaseLost(f"Job {job} belongs to another worker by now")


def finish(job: Job) -> None:
    """Record that the job is done."""
    _record(job, status=JobStatus.DONE, last_error="")
    _note_success(job)


def fail(job: Job, error: BaseException) -> None:
    """Record that the job cannot be done; staff see why."""
    _record(job, status=JobStatus.FAILED, last_error=traceback_of(error))


def postpone(job: Job, error: Exception, handler: Handler) -> None:
    """Record a failed attempt, to be retried after a pause; after the last attempt the job is failed."""
    circuit_breaker.record_failure(job, error)
    if job.attempts >= handler.attempts_for(error):
        fail(job, error)
        return
    pause = handler.pause_after(job.attempts) * random.uniform(1, 1 + JITTER)
    run_at = timezone.now() + timedelta(seconds=pause)
    _put_back(job, run_at, last_error=traceback_of(error))


def run_later(job: Job, at: datetime) -> None:
    """Put the job off until then, as its handler asks for: nothing has failed, and no attempt is used up."""
    _put_back(job, at, attempts=F("attempts") - 1, last_error="")
    _note_success(job)


def release(job: Job) -> None:
    """Release the job, as its worker ends: another may claim it at once, and no attempt is used up."""
    _put_back(job, timezone.now(), attempts=F("attempts") - 1)


def forget_errors(subjects: Iterable[str]) -> None:
    """Forget the errors of the subjects' jobs."""
    Job.objects.filter(subject__in=subjects).exclude(last_error="").update(last_error="")


def revoke(subjects: Iterable[str]) -> None:
    """Forget the errors of the subjects' jobs, and revoke the leases of those that run.

    What such a worker still finds out is not recorded: the job is done anew, by what the database says then.
    A transaction is needed.
    """
    jobs = Job.objects.filter(subject__in=subjects).select_for_update().order_by("pk")
    running = [job.pk for job in jobs if job.status == JobStatus.RUNNING]
    jobs.exclude(last_error="").update(last_error="")
    Job.objects.filter(pk__in=running).update(
        status=JobStatus.PENDING,
        attempts=F("attempts") - 1,
        run_at=timezone.now(),
        published_at=None,
        lease=None,
        leased_until=None,
    )


def release_unknown_kind(job: Job, error: Exception) -> None:
    """Release a job of a kind that this worker does not know, for later; no attempt is used up.

    While a release is rolled out, workers of the one before meet kinds that only the new ones know.
    """
    run_at = timezone.now() + timedelta(seconds=UNKNOWN_KIND_SECONDS)
    _put_back(job, run_at, attempts=F("attempts") - 1, last_error=traceback_of(error))


def run_again(job_ids: Iterable[int]) -> list[int]:
    """Let failed jobs begin anew, with all their attempts, and return which they are."""
    now = timezone.now()
    with transaction.atomic():
        failed = (
            Job.objects.select_for_update().filter(pk__in=job_ids, status=JobStatus.FAILED).order_by("pk")
        )
        record_all(AuditRecord(Action.RUN_AGAIN, job) for job in failed)
        restarted = [job.pk for job in failed]
        Job.objects.filter(pk__in=restarted).update(
            status=JobStatus.PENDING, attempts=0, run_at=now, published_at=now, updated_at=now
        )
        transaction.on_commit(lambda: broker.notify(restarted), robust=True)
    return restarted


@retried_atomic
def retry(job_id: int) -> Job:
    """Let a failed job begin anew and return it.

    Raises Job.DoesNotExist, and JobNotFailed when it is done, or will be tried by itself.
    """
    if not run_again([job_id]):
        Job.objects.get(pk=job_id)
        raise JobNotFailed
    return Job.objects.get(pk=job_id)


def due_job_ids(limit: int) -> list[int]:
    """Return the ids of the jobs that have waited longest and can be begun now."""
    beginnable = circuit_breaker.startable(timezone.now()).order_by("run_at", "pk")
    return list(beginnable.values_list("pk", flat=True)[:limit])


def next_to_publish(limit: int) -> list[int]:
    """Return due jobs whose message was not published or is lost, and note that it is published from now on.

    So a queue that is long does not fill up with the same jobs at every sweep.
    """
    now = timezone.now()
    stale = now - timedelta(seconds=settings.JOB_MESSAGE_SECONDS)
    with transaction.atomic():
        unpublished = (
            circuit_breaker.not_blocked(Job.objects.due(now).ready(), now)
            .filter(Q(published_at=None) | Q(published_at__lte=stale))
            .select_for_update(skip_locked=True)
            .order_by("run_at", "pk")[:limit]
        )
        job_ids = [job.pk for job in unpublished]
        Job.objects.filter(pk__in=job_ids).update(published_at=now)
    return job_ids


def _row_of(spec: JobSpec, now: datetime) -> Job:
    if spec.circuit and circuit_named(spec.circuit) is None:
        raise LookupError(f"No circuit {spec.circuit} is declared")
    run_at = max(now, spec.run_at or now)
    return Job(
        kind=spec.kind,
        key=spec.key,
        subject=spec.subject,
        arguments=spec.arguments,
        owner=spec.owner,
        circuit=spec.circuit,
        request_id=current_request_id(),
        run_at=run_at,
        published_at=now if run_at == now else None,
    )


def _try_claim(job: Job) -> bool:
    circuit = circuit_of(job.kind, job.circuit)
    if circuit is None or circuit.limit is None:
        return claim_as_read(job, seconds=settings.JOB_LEASE_SECONDS)
    with transaction.atomic():
        return circuit_breaker.may_start(circuit) and claim_as_read(job, seconds=settings.JOB_LEASE_SECONDS)


def _note_success(job: Job) -> None:
    if job.was_claimed_amid_failures:
        circuit_breaker.record_success(job)


def _put_back(job: Job, run_at: datetime, **changes: Any) -> None:
    _record(job, status=JobStatus.PENDING, run_at=run_at, published_at=None, **changes)


def _record(job: Job, **changes: Any) -> None:
    # By the lease: if it ran out and somebody else took the job, what became of it is theirs to say.
    Job.objects.filter(pk=job.pk, lease=job.lease).update(
        **changes, lease=None, leased_until=None, updated_at=timezone.now()
    )
