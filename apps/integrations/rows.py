"""Rows of a body that writes many at once: what each holds, what is wrong with it, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import ValidationError

from apps.core.exceptions import Fault
from apps.core.json_pointers import Pointer

MAX_FAULTS = 10  # of a row that are told: hundreds of wrong rows are not answered by a megabyte


class RowStatus(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class RowResult(TypedDict):
    """What became of a row; `id` is that of its product, `stock` what there is now, in pieces."""

    index: int
    status: RowStatus
    id: int | None
    stock: NotRequired[int | None]
    errors: list[Fault]


@dataclass
class Row:
    """A row of a body: its place there, its values, and what is wrong with it."""

    pointer: str
    index: int
    values: Mapping[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, member: str, error: ValidationError) -> None:
        """Note that a member of the row, or what a pointer leads to in it, cannot be as it is."""
        pointer = self.pointer + (member if isinstance(member, Pointer) else Pointer.to(member))
        self.faults += (
            {"code": fault.code or "invalid", "detail": text, "pointer": pointer}
            for fault in error.error_list
            for text in fault.messages
        )

    def refuse_all(self, error: ValidationError) -> None:
        """Note the errors of several members."""
        for member, faults in error.error_dict.items():
            self.refuse(member, ValidationError(faults))

    def result(self, status: RowStatus, product_id: int | None = None) -> RowResult:
        """Return what became of the row."""
        return {
            "index": self.index,
            "status": status,
            "id": product_id,
            "errors": self.faults[:MAX_FAULTS],
        }


def copies_of(rows: Iterable[Row]) -> list[Row]:
    """Return the rows anew, for one attempt: what it refuses, the next one may accept."""
    return [replace(row, faults=[*row.faults]) for row in rows]
