"""Statistics of jobs: by kind how many were done lately, how many wait, and how long."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from apps.jobs.models import Job, JobStatus
from apps.jobs.registry import label_of


@dataclass
class KindFigures:
    """How the jobs of one kind fare. `due_since` is that of the one that has waited longest, if one does."""

    kind: str
    waiting: int = 0
    running: int = 0
    late: int = 0
    failed: int = 0
    due_since: datetime | None = None
    done_in_hour: int = 0
    done_in_day: int = 0

    @property
    def label(self) -> str:
        """Return what staff call the kind."""
        return label_of(self.kind)


def unfinished_by_kind(now: datetime) -> list[KindFigures]:
    """Return the figures of the kinds that have jobs which are not done, by one query."""
    kinds = _unfinished(now)
    return [kinds[kind] for kind in sorted(kinds)]


def by_kind(now: datetime) -> list[KindFigures]:
    """Return the figures of those kinds, and of what was done within a day, by two queries."""
    kinds = _unfinished(now)
    for row in Job.objects.done_by_kind(now):
        kinds[row["kind"]].done_in_hour = row["in_hour"]
        kinds[row["kind"]].done_in_day = row["in_day"]
    return [kinds[kind] for kind in sorted(kinds)]


class _Kinds(defaultdict[str, KindFigures]):
    def __missing__(self, kind: str) -> KindFigures:
        self[kind] = KindFigures(kind)
        return self[kind]


def _unfinished(now: datetime) -> _Kinds:
    kinds = _Kinds()
    for row in Job.objects.not_done_by_kind(now):
        figures = kinds[row["kind"]]
        if row["status"] == JobStatus.FAILED:
            figures.failed = row["count"]
            continue
        if row["status"] == JobStatus.RUNNING:
            figures.running = row["count"]
        else:
            figures.waiting = row["count"]
        figures.late += row["late"]
        figures.due_since = min(filter(None, (figures.due_since, row["due_since"])), default=None)
    return kinds
