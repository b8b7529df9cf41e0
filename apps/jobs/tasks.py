"""Celery tasks."""

from celery import shared_task

from apps.jobs.maintenance import run_maintenance
from apps.jobs.runner import run_due_jobs, run_job


@shared_task
def run(job_id: int) -> None:
    """Do the job; if that is done already, as after a doubled message, do the one that has waited longest."""
    if not run_job(job_id):
        run_due_jobs(limit=1)


@shared_task
def maintenance() -> None:
    """Delete what is over."""
    run_maintenance()
