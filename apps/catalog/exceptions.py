"""Why the catalogue refuses."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.common.exceptions import DomainError


class ProductUnavailable(DomainError):
    """Products that are unknown or not on sale."""

    code = "product_unavailable"
    message = _("A product is not on sale.")

    def __init__(self, product_ids: Collection[int]) -> None:
        super().__init__(self.message)
        self.product_ids = product_ids


@dataclass(frozen=True)
class Shortage:
    """A product of which there is less than is wanted; both in pieces."""

    product_id: int
    available: int
    requested: int


class InsufficientStock(DomainError):
    """Products of which there is not enough."""

    code = "insufficient_stock"
    message = _("Not enough stock.")

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(self.message)
        self.shortages = shortages

    def as_payload(self) -> dict[str, Any]:
        """Name every product that falls short."""
        return {"stock": str(self), "details": [asdict(shortage) for shortage in self.shortages]}


class StockOutOfRange(DomainError):
    """A movement that would leave less than nothing, or more than can be counted."""

    status_code = HTTPStatus.CONFLICT
    code = "stock_out_of_range"
    message = _("The stock cannot fall below zero, nor rise above what can be counted.")

    def __init__(self, *, stock: int, delta: int) -> None:
        super().__init__(self.message)
        self.stock, self.delta = stock, delta

    def as_payload(self) -> dict[str, Any]:
        """Tell the present stock and the refused change."""
        return {"stock": self.stock, "delta": self.delta}


class StockChanged(DomainError):
    """A count of pieces by somebody who saw another stock than there is now: sales went on meanwhile."""

    status_code = HTTPStatus.CONFLICT
    code = "stock_changed"
    message = _("The stock has changed since it was last seen. Look again, and count again.")

    def __init__(self, *, stock: int, last_seen: int) -> None:
        super().__init__(self.message)
        self.stock, self.last_seen = stock, last_seen

    def as_payload(self) -> dict[str, Any]:
        """Tell the present stock and the one that was seen."""
        return {"stock": self.stock, "last_seen": self.last_seen}


class StockIsReadOnly(DomainError):
    """An edit of a product that names a stock: it would undo the sales made meanwhile."""

    code = "read_only"
    message = _("The stock is changed by stock movements only.")

    def as_payload(self) -> dict[str, Any]:
        """Point at the member of the body."""
        return {"errors": [{"code": self.code, "detail": str(self), "pointer": "/stock"}]}


class CategoryNotEmpty(DomainError):
    """A category that cannot go, because something lies in it."""

    status_code = HTTPStatus.CONFLICT
    code = "category_not_empty"
    message = _("The category still has products or categories in it.")
