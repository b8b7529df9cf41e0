"""Circuit breaker for what jobs depend on, such as the carrier: a limit of jobs, a pause when it fails."""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.jobs.errors import line_of
from apps.jobs.models import CircuitState, Job, JobStatus
from apps.jobs.registry import FAILURES_TO_PAUSE, PAUSE_SECONDS, Circuit, circuit_of, circuits, handler_of

FAILING_AFTER = timedelta(minutes=1)  # of failures alone

logger = logging.getLogger(__name__)


def may_start(circuit: Circuit) -> bool:
    """Tell whether one more job of the circuit may begin, and let nobody else ask until the commit."""
    now = timezone.now()
    CircuitState.objects.get_or_create(kind=circuit.name)
    state = CircuitState.objects.select_for_update().get(kind=circuit.name)
    return _may_start(circuit, state, Job.objects.under_way(now).filter(kind__in=circuit.kinds).count(), now)


def blocked_kinds(now: datetime) -> list[str]:
    """Return the kinds of which no job may begin now."""
    states = {state.kind: state for state in CircuitState.objects.all()}
    limited_kinds = [kind for circuit in circuits().values() for kind in circuit.kinds]
    running = Counter(
        Job.objects.under_way(now).filter(kind__in=limited_kinds).values_list("kind", flat=True)
    )
    blocked = []
    for name, circuit in circuits().items():
        count = sum(running[kind] for kind in circuit.kinds)
        if not _may_start(circuit, states.get(name) or CircuitState(), count, now):
            blocked += circuit.kinds
    return blocked


def record_success(kind: str) -> None:
    """Note that what the kind depends on works. After a pause, what had been put off is due at once."""
    if (circuit := circuit_of(kind)) is None:
        return
    state = CircuitState.objects.filter(kind=circuit.name)
    if not state.filter(failures__gt=0).update(failures=0, failing_since=None, last_error=""):
        return
    if state.filter(paused_until__isnull=False).update(paused_until=None):
        _resume(circuit)


def record_failure(kind: str, error: Exception) -> None:
    """Count a failure of what the kind depends on, and pause its jobs when there were too many in a row."""
    circuit = circuit_of(kind)
    if circuit is None or not handler_of(kind).is_outage(error):
        return
    now = timezone.now()
    CircuitState.objects.get_or_create(kind=circuit.name)
    state = CircuitState.objects.filter(kind=circuit.name)
    state.update(
        failures=F("failures") + 1, failing_since=Coalesce("failing_since", now), last_error=line_of(error)
    )
    too_many = state.filter(failures__gte=FAILURES_TO_PAUSE)
    if too_many.update(paused_until=now + timedelta(seconds=PAUSE_SECONDS)):
        text = "Jobs of %s pause for %s seconds, it has failed %s times in a row: %s"
        logger.error(text, circuit.name, PAUSE_SECONDS, state.get().failures, line_of(error))


def _resume(circuit: Circuit) -> None:
    now = timezone.now()
    with transaction.atomic():
        put_off = Job.objects.filter(kind__in=circuit.kinds, status=JobStatus.PENDING, run_at__gt=now)
        # In the order in which others lock many.
        job_ids = [job.pk for job in put_off.select_for_update().order_by("pk")]
        Job.objects.filter(pk__in=job_ids).update(run_at=now, published_at=None)


def failing_circuits(now: datetime) -> list[CircuitState]:
    """Return what has failed for a while, or often, and has not worked since."""
    failing = Q(failures__gte=FAILURES_TO_PAUSE) | Q(failures__gt=0, failing_since__lte=now - FAILING_AFTER)
    return list(CircuitState.objects.filter(failing, kind__in=circuits()).order_by("kind"))


def _may_start(circuit: Circuit, state: CircuitState, running: int, now: datetime) -> bool:
    if state.is_paused(now):
        return False
    if state.failures >= FAILURES_TO_PAUSE:  # after a pause one job at a time is tried, until one succeeds
        return not running
    return circuit.limit is None or running < circuit.limit
