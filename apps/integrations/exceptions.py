"""Exceptions of the integrations: their refusals."""

from collections.abc import Sequence
from typing import Self, TypedDict

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, register_fault_codes
from apps.integrations.rows import RowResult, RowStatus

register_fault_codes("duplicate_row", "stock_changed", "stock_out_of_range")


class RejectedRows(TypedDict):
    """The rows that failed."""

    rows: list[RowResult]


class BulkRejected(DomainError):
    """Many rows of which nothing was stored, because some or all of them cannot be."""

    code = "bulk_rejected"
    message = _("Nothing was stored: some rows are invalid.")
    advice = _("Fix the rows listed in `rows` and send the request again; the same key can be used.")

    def __init__(self, rows: Sequence[RowResult]) -> None:
        super().__init__(self.message)
        self.rows = list(rows)

    def as_payload(self) -> RejectedRows:
        """Tell the rows that failed, each with its errors."""
        return {"rows": self.rows}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of a price that is missing."""
        return cls(
            [
                {
                    "index": 3,
                    "status": RowStatus.FAILED,
                    "id": None,
                    "errors": [
                        {
                            "code": "required",
                            "detail": gettext("This field is required."),
                            "pointer": "/products/3/price",
                        }
                    ],
                }
            ]
        )
