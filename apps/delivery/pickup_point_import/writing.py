"""Writing of pick-up points: new and changed ones, and those that a full file lacks, each with its entry."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_between, changes_from_nothing, record_all, values_of
from apps.delivery.models import PickupPoint
from apps.delivery.pickup_point_import.rows import COLUMNS, PointRow
from apps.users.models import User

_IMPORTED = [name for name in COLUMNS if name not in {"provider", "code"}]
_SWITCHED_OFF_AT_ONCE = 1000

Known = dict[tuple[str, str], PickupPoint]  # by provider and code


@dataclass
class Counts:
    """How many points were written, and how many were as the file has them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged
        )


def write_points(rows: list[PointRow], *, switch_on: bool, by: User | None) -> Counts:
    """Create or update the points of the rows, with their entries; a transaction is needed.

    Columns that the table lacks stay as they are; with `switch_on`, a table without `is_active` switches on.
    """
    known = _locked(rows)
    points = [_prepared(row, known.get(row.key), switch_on=switch_on) for row in rows]
    # One statement for new and known ones.
    PickupPoint.objects.bulk_create(
        points,
        update_conflicts=True,
        unique_fields=["provider", "code"],
        update_fields=[*_IMPORTED, "refreshed_at"],
    )
    records = list(_entries(points, known))
    record_all(records, by=by)
    created = sum(record.action == Action.CREATED for record in records)
    return Counts(created, len(records) - created, len(rows) - len(records))


def switch_off_missing(seen: Collection[tuple[str, str]], *, by: User | None) -> int:
    """Switch off the other points of the providers of those seen, and return how many were in use."""
    of_providers = PickupPoint.objects.in_use().filter(provider__in={provider for provider, _code in seen})
    points = [
        point
        for point in of_providers.select_for_update().order_by("pk")
        if (point.provider, point.code) not in seen
    ]
    for start in range(0, len(points), _SWITCHED_OFF_AT_ONCE):
        chunk = points[start : start + _SWITCHED_OFF_AT_ONCE]
        PickupPoint.objects.filter(pk__in=[point.pk for point in chunk]).update(is_active=False)
        record_all(
            (AuditRecord(Action.CHANGED, point, {"is_active": [True, False]}) for point in chunk), by=by
        )
    return len(points)


def _locked(rows: Iterable[PointRow]) -> Known:
    codes: dict[str, list[str]] = {}
    for row in rows:
        codes.setdefault(row.key[0], []).append(row.key[1])
    wanted = Q(pk=None)
    for provider, some in codes.items():
        wanted |= Q(provider=provider, code__in=some)
    points = PickupPoint.objects.select_for_update().filter(wanted).order_by("pk")
    return {(point.provider, point.code): point for point in points}


def _prepared(row: PointRow, known: PickupPoint | None, *, switch_on: bool) -> PickupPoint:
    former = {name: getattr(known, name) for name in _IMPORTED} if known else {}
    if switch_on:
        former["is_active"] = True
    return PickupPoint(**{**former, **row.values})


def _entries(points: Iterable[PickupPoint], known: Known) -> Iterator[AuditRecord]:
    for point in points:
        values = values_of(point, PickupPoint.AUDITED_FIELDS)
        former = known.get((point.provider, point.code))
        if former is None:
            yield AuditRecord(Action.CREATED, point, changes_from_nothing(values))
        elif changes := changes_between(values_of(former, PickupPoint.AUDITED_FIELDS), values):
            yield AuditRecord(Action.CHANGED, point, changes)
