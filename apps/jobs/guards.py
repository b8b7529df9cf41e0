"""Kinds of job that lean on somebody else: no more at a time than it can bear, and a pause when it fails."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from apps.jobs.models import Job, KindState
from apps.jobs.registry import FAILURES_TO_PAUSE, PAUSE_SECONDS, limits


def guarded_kinds() -> list[str]:
    """Return the kinds that have a limit."""
    return list(limits())


def has_room(kind: str) -> bool:
    """Tell whether one more job of the guarded kind may begin, and let nobody else ask until the commit."""
    now = timezone.now()
    KindState.objects.get_or_create(kind=kind)
    state = KindState.objects.select_for_update().get(kind=kind)
    return _has_room(state, Job.objects.under_way(now).filter(kind=kind).count(), now)


def closed_kinds(now: datetime) -> list[str]:
    """Return the guarded kinds of which no job may begin now."""
    states = {state.kind: state for state in KindState.objects.all()}
    running = Counter(
        Job.objects.under_way(now).filter(kind__in=guarded_kinds()).values_list("kind", flat=True)
    )
    return [
        kind
        for kind in guarded_kinds()
        if not _has_room(states.get(kind) or KindState(kind=kind), running[kind], now)
    ]


def note_success(kind: str) -> None:
    """Open the guarded kind wholly: it works."""
    if kind in limits():
        KindState.objects.filter(kind=kind, failures__gt=0).update(failures=0, paused_until=None)


def note_failure(kind: str) -> None:
    """Count a failure of the guarded kind, and pause it when there were too many in a row."""
    if kind in limits():
        until = timezone.now() + timedelta(seconds=PAUSE_SECONDS)
        KindState.objects.filter(kind=kind).update(failures=F("failures") + 1)
        KindState.objects.filter(kind=kind, failures__gte=FAILURES_TO_PAUSE).update(paused_until=until)


def _has_room(state: KindState, running: int, now: datetime) -> bool:
    if state.is_paused(now):
        return False
    # After a pause one job at a time is tried, until one succeeds.
    return running < (1 if state.failures >= FAILURES_TO_PAUSE else limits()[state.kind])
