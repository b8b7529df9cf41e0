"""Fairness between customers: whose jobs take long lets those of the others go first."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.jobs.circuit_breaker import startable
from apps.jobs.models import Job, JobStatus

LONG_SECONDS = 0.25  # that a job takes a worker, for others to go before the next one of the same owner


def yield_to_other_owners(job: Job, seconds: float) -> None:
    """Put off the other jobs of the job's owner, if others wait, for as long as it took a worker.

    So the jobs of one customer, as the invoices of ten orders of a thousand lines, take at most half of the
    time of the workers from the others.
    """
    if not job.owner or seconds < LONG_SECONDS:
        return
    now = timezone.now()
    if not startable(now).exclude(owner=job.owner).exists():
        return
    run_at = now + timedelta(seconds=seconds)
    with transaction.atomic():
        # What somebody takes in this moment is left to them.
        others = (
            Job.objects.filter(owner=job.owner, status=JobStatus.PENDING, run_at__lt=run_at)
            .exclude(subject=job.subject)
            .select_for_update(skip_locked=True)
            .order_by("pk")
        )
        put_off = [other.pk for other in others]
        Job.objects.filter(pk__in=put_off).update(run_at=run_at, published_at=None)
