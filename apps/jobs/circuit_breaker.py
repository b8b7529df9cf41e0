"""Circuit breaker for what jobs depend on, such as the carrier: a limit of jobs, a pause when it fails.

After FAILURES_TO_PAUSE failures in a row the jobs of a circuit pause, then one is tried, and when that one
succeeds all go on.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.jobs.circuit_registry import Circuit, circuit_named, circuit_of
from apps.jobs.errors import line_of
from apps.jobs.models import CircuitState, Job, JobQuerySet, JobStatus
from apps.jobs.registry import handler_of

FAILURES_TO_PAUSE = 5
PAUSE_SECONDS = 30
FAILING_AFTER = timedelta(minutes=1)  # of failures alone
PUT_OFF_AT_MOST = timedelta(hours=2)  # by a failure: no pause between attempts is longer

logger = logging.getLogger(__name__)


def may_start(circuit: Circuit) -> bool:
    """Tell whether one more job of the circuit may begin, and let nobody else ask until the commit."""
    now = timezone.now()
    CircuitState.objects.get_or_create(name=circuit.name)
    state = CircuitState.objects.select_for_update().get(name=circuit.name)
    return _may_start(circuit, state, Job.objects.under_way(now).of_circuits([circuit]).count(), now)


def is_paused(name: str) -> bool:
    """Tell whether the circuit has failed too often, and no job of it begins for now."""
    return CircuitState.objects.filter(name=name, paused_until__gt=timezone.now()).exists()


def not_blocked(jobs: JobQuerySet, now: datetime) -> JobQuerySet:
    """Leave out the jobs of circuits of which none may begin now."""
    return jobs.outside_circuits(_blocked_circuits(now))


def startable(now: datetime) -> JobQuerySet:
    """Return the jobs that a worker could begin now."""
    return not_blocked(Job.objects.due(now).available(now), now)


def record_success(job: Job) -> None:
    """Note that what the job depends on works. After a pause, what failures had put off is due at once."""
    if (circuit := circuit_of(job.kind, job.circuit)) is None:
        return
    state = CircuitState.objects.filter(name=circuit.name)
    if not state.filter(failures__gt=0).update(failures=0, failing_since=None, last_error=""):
        return
    if state.filter(paused_until__isnull=False).update(paused_until=None):
        _resume(circuit)


def record_failure(job: Job, error: Exception) -> None:
    """Count a failure of what the job depends on, and pause its jobs when there were too many in a row."""
    circuit = circuit_of(job.kind, job.circuit)
    if circuit is not None and handler_of(job.kind).is_outage(error):
        count_failure(circuit.name, error)


def count_failure(name: str, error: Exception) -> None:
    """Count a failure of what the circuit is about, also one that a request met."""
    now = timezone.now()
    CircuitState.objects.get_or_create(name=name)
    state = CircuitState.objects.filter(name=name)
    state.update(
        failures=F("failures") + 1, failing_since=Coalesce("failing_since", now), last_error=line_of(error)
    )
    too_many = state.filter(failures__gte=FAILURES_TO_PAUSE)
    if too_many.update(paused_until=now + timedelta(seconds=PAUSE_SECONDS)):
        text = "Jobs of %s pause for %s seconds, it has failed %s times in a row: %s"
        logger.error(text, name, PAUSE_SECONDS, state.get().failures, line_of(error))


def failing_circuits(now: datetime) -> list[CircuitState]:
    """Return what has failed for a while, or often, and has not worked since."""
    failing = Q(failures__gte=FAILURES_TO_PAUSE) | Q(failures__gt=0, failing_since__lte=now - FAILING_AFTER)
    return known(CircuitState.objects.filter(failing))


def known(states: QuerySet[CircuitState]) -> list[CircuitState]:
    """Return those that this release knows, by name: no other is ever found to work again."""
    return [state for state in states.order_by("name") if circuit_named(state.name)]


def _blocked_circuits(now: datetime) -> list[Circuit]:
    states = {state.name: state for state in CircuitState.objects.all()}
    running = _running_by_circuit(now)
    circuits = filter(None, map(circuit_named, {*states, *running}))
    return [
        circuit
        for circuit in circuits
        if not _may_start(circuit, states.get(circuit.name) or CircuitState(), running[circuit.name], now)
    ]


def _running_by_circuit(now: datetime) -> Counter[str]:
    running = Job.objects.under_way(now).order_by().values_list("kind", "circuit")
    circuits = (circuit_of(kind, named) for kind, named in running)
    return Counter(circuit.name for circuit in circuits if circuit)


def _may_start(circuit: Circuit, state: CircuitState, running: int, now: datetime) -> bool:
    if state.is_paused(now):
        return False
    if state.failures >= FAILURES_TO_PAUSE:  # after a pause one job at a time is tried, until one succeeds
        return not running
    return circuit.limit is None or running < circuit.limit


def _resume(circuit: Circuit) -> None:
    now = timezone.now()
    with transaction.atomic():
        # Not what is to be done at a later time anyway.
        put_off = Job.objects.filter(
            status=JobStatus.PENDING, run_at__gt=now, run_at__lte=now + PUT_OFF_AT_MOST
        ).exclude(last_error="")
        # In the order in which others lock many.
        jobs = put_off.of_circuits([circuit]).select_for_update().order_by("pk")
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(run_at=now, published_at=None)
