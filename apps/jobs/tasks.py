"""What Celery workers do."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from apps.jobs import services
from apps.jobs.runner import run_job


@shared_task
def run(job_id: int) -> None:
    """Do the job, if it is due and nobody else has it."""
    run_job(job_id)


@shared_task
def housekeeping() -> None:
    """Delete what is over: jobs done long ago, expired sessions of the admin."""
    services.purge_done_jobs()
    SessionStore.clear_expired()
