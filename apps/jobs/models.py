"""Models of jobs. The row is the truth about a job; a broker's message only tells a worker to look."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, When
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.jobs.circuit_registry import Circuit, circuit_label
from apps.jobs.errors import last_line
from apps.jobs.registry import followers, label_of
from apps.jobs.subjects import name_of

LATE_AFTER = timedelta(minutes=5)  # that a job is due: living workers would have begun it


class JobStatus(models.TextChoices):
    """Where a job stands."""

    PENDING = "pending", _("pending")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


UNFINISHED = (JobStatus.PENDING, JobStatus.RUNNING)
# In the words of the index: SQLite does not see that parameters mean the same.
IS_UNFINISHED = RawSQL("status IN ('pending', 'running')", (), output_field=models.BooleanField())


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs."""

    def due(self, now: datetime) -> Self:
        """Return what can be begun: pending jobs whose time has come, running ones whose worker has died."""
        return self.filter(_is_due(now))

    def late(self, now: datetime) -> Self:
        """Return what could have been begun long ago, had a worker had the time."""
        return self.filter(_is_late(now))

    def available(self, now: datetime) -> Self:
        """Return the ready jobs, without those of subjects that a worker is busy with."""
        busy = Job.objects.under_way(now).filter(subject=OuterRef("subject")).exclude(pk=OuterRef("pk"))
        return self.ready().filter(~Exists(busy))

    def ready(self) -> Self:
        """Leave out jobs that wait for an earlier one of their subject, which they follow."""
        return self.filter(_is_ready())

    def under_way(self, now: datetime) -> Self:
        """Return the jobs that a living worker is busy with."""
        return self.filter(status=JobStatus.RUNNING, leased_until__gt=now)

    def with_circuit_failures(self) -> Self:
        """Annotate whether a circuit was failing when the job was read: else its success is no news."""
        # As SQL, for the same reason as the statement that claims a job.
        failing = RawSQL("EXISTS (SELECT 1 FROM jobs_circuitstate WHERE failures > 0)", ())
        return self.annotate(was_claimed_amid_failures=failing)

    def of_circuits(self, circuits: Iterable[Circuit]) -> Self:
        """Return the jobs that depend on any of these."""
        return self.filter(_depends_on(circuits))

    def outside_circuits(self, circuits: Iterable[Circuit]) -> Self:
        """Return the jobs that depend on none of these."""
        return self.exclude(_depends_on(circuits))

    def about(self, *subjects: str) -> Self:
        """Return the jobs of the subjects, in the order they were ordered."""
        return self.filter(subject__in=subjects).order_by("pk")

    def not_done_by_kind(self, now: datetime) -> "models.QuerySet[Job, Any]":
        """Return `kind`, `status`, `count`, `late` and `due_since` (None: nothing due) of what is not done.

        One query, by the two small indexes of this table: it does not grow with the jobs that are done.
        """
        since = Case(
            When(status=JobStatus.PENDING, then="run_at"), When(status=JobStatus.RUNNING, then="leased_until")
        )
        due_since = Min(since, filter=_is_due(now) & _is_ready())
        late = Count("pk", filter=_is_late(now))
        counted = (
            self.order_by()
            .values("kind", "status")
            .annotate(count=Count("pk"), late=late, due_since=due_since)
        )
        unfinished = counted.filter(status__in=UNFINISHED)
        failed = counted.filter(status=JobStatus.FAILED)
        # Without the order of the model: `id` is no column of the result.
        return unfinished.union(failed, all=True).order_by()

    def done_by_kind(self, now: datetime) -> "models.QuerySet[Job, Any]":
        """Return `kind`, `in_hour` and `in_day`: how many jobs were done lately. It reads those of a day."""
        in_hour = Count("pk", filter=Q(updated_at__gte=now - timedelta(hours=1)))
        lately = self.filter(status=JobStatus.DONE, updated_at__gte=now - timedelta(days=1))
        return lately.order_by().values("kind").annotate(in_hour=in_hour, in_day=Count("pk"))


def _is_due(now: datetime) -> Q:
    # A job that runs has been due, too. Said of both, this is a range of the index, however many jobs are to
    # come later.
    is_free = Q(status=JobStatus.PENDING) | Q(status=JobStatus.RUNNING, leased_until__lte=now)
    return Q(IS_UNFINISHED, run_at__lte=now) & is_free


def _is_late(now: datetime) -> Q:
    return _is_due(now - LATE_AFTER) & _is_ready()


def _is_ready() -> Q:
    unfinished = Job.objects.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk"), status__in=UNFINISHED)
    waits = Q()
    for kind, followed in followers().items():
        waits |= Q(kind=kind) & Q(Exists(unfinished.filter(kind__in=followed)))
    return ~waits


def _depends_on(circuits: Iterable[Circuit]) -> Q:
    circuits = list(circuits)
    kinds = [kind for circuit in circuits for kind in circuit.kinds]
    return Q(circuit__in=[circuit.name for circuit in circuits]) | Q(circuit="", kind__in=kinds)


@audited()
class Job(models.Model):
    """One thing to be done: `kind` names the handler, `arguments` are its ids and plain values.

    `owner` is the customer who causes it, as `user:7`; empty for what the shop itself causes. `circuit` is
    what it depends on; empty where that is declared with its kind.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=50)
    key = models.CharField(_("key"), max_length=200, unique=True)
    subject = models.CharField(_("subject"), max_length=100, db_index=True)
    arguments = models.JSONField(_("arguments"), default=dict)
    owner = models.CharField(_("customer"), max_length=50, blank=True, default="", db_default="")
    circuit = models.CharField(_("circuit"), max_length=50, blank=True, default="", db_default="")
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")

    status = models.CharField(
        _("status"), max_length=10, choices=JobStatus.choices, default=JobStatus.PENDING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    run_at = models.DateTimeField(_("not before"), default=timezone.now)
    published_at = models.DateTimeField(_("announced"), null=True, blank=True)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    was_claimed_amid_failures = True  # unless it is known not to be

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="jobs_job_status_known"),
            models.CheckConstraint(
                condition=~Q(status=JobStatus.RUNNING) | Q(lease__isnull=False, leased_until__isnull=False),
                name="jobs_job_running_has_lease",
            ),
        ]
        indexes = [
            # For the purge, which looks for the oldest of years of finished jobs.
            models.Index(fields=["updated_at"], name="jobs_job_done", condition=Q(status=JobStatus.DONE)),
            # Small beside years of finished jobs.
            models.Index(
                F("run_at"),
                F("id"),
                name="jobs_job_unfinished",
                condition=Q(status__in=UNFINISHED),
            ),
            # As few as there are workers, among any number that wait for their time.
            models.Index(
                fields=["leased_until"], name="jobs_job_running", condition=Q(status=JobStatus.RUNNING)
            ),
            models.Index(fields=["id"], name="jobs_job_failed", condition=Q(status=JobStatus.FAILED)),
            models.Index(
                fields=["owner", "run_at"],
                name="jobs_job_of_owner",
                condition=Q(status=JobStatus.PENDING) & ~Q(owner=""),
            ),
            # For the admin's filters: a rare kind, and a short time, among years of jobs.
            models.Index(fields=["kind", "id"], name="jobs_job_by_kind"),
            models.Index(fields=["created_at", "id"], name="jobs_job_by_age"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def kind_label(self) -> str:
        """Return what staff call the kind."""
        return label_of(self.kind)

    @property
    def title(self) -> str:
        """Return what staff call the job."""
        return f"{self.kind_label} · {name_of(self.subject)}"

    @property
    def error_line(self) -> str:
        """Return the line of the last error that tells what happened."""
        return last_line(self.last_error)


class CircuitState(models.Model):
    """State of a circuit, which jobs depend on: working or failing. All workers share it.

    Where the circuit has a limit, the lock on its row lets workers claim one after the other.
    """

    name = models.CharField(_("name"), max_length=50, primary_key=True, db_column="kind")
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True, default="", db_default="")
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Return what staff call it."""
        return circuit_label(self.name)

    def is_paused(self, now: datetime) -> bool:
        """Tell whether none of its jobs may begin now."""
        return self.paused_until is not None and self.paused_until > now
