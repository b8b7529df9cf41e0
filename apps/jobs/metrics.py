"""Metrics of jobs for Prometheus.

Done jobs are not counted in the table: there are millions, and the count would cost seconds at each scrape.
Jobs are counted when they are ordered instead; what has been ordered and is not unfinished or failed is done.
"""

import logging
from collections.abc import Iterable

from django.db import Error as DatabaseError
from django.utils import timezone
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.core.observability.metrics import AT_SCRAPE, COUNTED, count
from apps.jobs.circuit_breaker import known
from apps.jobs.models import CircuitState, Job

ORDERED = Counter("store_jobs_ordered", "Jobs stored by this server.", ["kind"], registry=COUNTED)

logger = logging.getLogger(__name__)


def count_enqueued(kinds: Iterable[str]) -> None:
    """Count jobs that have been stored."""
    for kind in kinds:
        count(ORDERED, kind)


class JobCollector(Collector):
    """The jobs that are not done, as they stand at the scrape."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the figures; none while the database is away, so that the others can still be read."""
        now = timezone.now()
        try:
            groups = list(Job.objects.not_done_by_kind(now))
            states = known(CircuitState.objects.all())
        except DatabaseError as error:
            logger.warning("The jobs cannot be counted: %s", error)
            return []
        jobs = GaugeMetricFamily(
            "store_jobs", "Jobs that are pending, running or failed.", labels=["kind", "status"]
        )
        for group in groups:
            jobs.add_metric([group["kind"], group["status"]], group["count"])
        due = [group["due_since"] for group in groups if group["due_since"]]
        waited = (now - min(due)).total_seconds() if due else 0
        oldest = "Seconds that the oldest due job has waited; 0 when none is due."
        outages = GaugeMetricFamily(
            "store_job_outage_failures",
            "Failures in a row of what jobs lean on, as the mail server; 0 when it works.",
            labels=["circuit"],
        )
        for state in states:
            outages.add_metric([state.name], state.failures)
        return [jobs, outages, GaugeMetricFamily("store_jobs_oldest_due_seconds", oldest, value=waited)]


AT_SCRAPE.register(JobCollector())
