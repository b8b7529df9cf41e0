"""Exceptions of the catalogue: its refusals."""

from collections.abc import Collection
from decimal import Decimal
from http import HTTPStatus
from typing import Self, TypedDict

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Faults, register_fault_codes
from apps.core.money import format_money

register_fault_codes(
    "barcode",
    "delta_or_count",
    "no_reduction",
    "parent_loop",
    "zero",
)


def no_reduction(before: Decimal) -> ValidationError:
    """Return the fault of a price that is not below the crossed-out one."""
    text = gettext("The price must be below the crossed-out price (%(before)s).")
    return ValidationError(text % {"before": format_money(before)}, code="no_reduction")


class ProductUnavailable(DomainError):
    """Products that are unknown or not on sale."""

    code = "product_unavailable"
    message = _("A product is not available.")

    def __init__(self, product_ids: Collection[int]) -> None:
        super().__init__(self.message)
        self.product_ids = product_ids


class Shortage(TypedDict):
    """A product with less stock than requested; both in units."""

    product_id: int
    available: int
    requested: int


class Shortages(TypedDict):
    """Every product that falls short; `stock` is a text for people."""

    stock: str
    details: list[Shortage]


class InsufficientStock(DomainError):
    """Products of which there is not enough."""

    code = "insufficient_stock"
    message = _("Not enough stock.")
    advice = _("Reduce the quantities to those available (see `details`) and order again.")

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(self.message)
        self.shortages = shortages

    def as_payload(self) -> Shortages:
        """Name every product that falls short."""
        return {"stock": str(self), "details": self.shortages}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of five pieces where there are two."""
        return cls([Shortage(product_id=12, available=2, requested=5)])


class RefusedMovement(TypedDict):
    """The present stock and the change that was refused, in pieces."""

    stock: int
    delta: int


class StockOutOfRange(DomainError):
    """A movement that would leave less than nothing, or more than can be counted."""

    status_code = HTTPStatus.CONFLICT
    code = "stock_out_of_range"
    message = _("The stock cannot fall below zero or exceed the maximum.")
    advice = _("Check the current `stock` and send a movement that fits it.")

    def __init__(self, *, stock: int, delta: int) -> None:
        super().__init__(self.message)
        self.stock, self.delta = stock, delta

    def as_payload(self) -> RefusedMovement:
        """Tell the present stock and the refused change."""
        return {"stock": self.stock, "delta": self.delta}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal to take more than there is."""
        return cls(stock=2, delta=-5)


class RefusedCount(TypedDict):
    """The present stock and the one that was seen, in pieces."""

    stock: int
    last_seen: int


class StockChanged(DomainError):
    """A count of pieces by somebody who saw another stock than there is now: sales went on meanwhile."""

    status_code = HTTPStatus.CONFLICT
    code = "stock_changed"
    message = _("The stock has changed since you last saw it. Check it and count again.")
    advice = _("Count again and send the result with the current `stock` as `last_seen`.")

    def __init__(self, *, stock: int, last_seen: int) -> None:
        super().__init__(self.message)
        self.stock, self.last_seen = stock, last_seen

    def as_payload(self) -> RefusedCount:
        """Tell the present stock and the one that was seen."""
        return {"stock": self.stock, "last_seen": self.last_seen}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of a count that a sale has overtaken."""
        return cls(stock=84, last_seen=85)


class StockIsReadOnly(DomainError):
    """An edit of a product that names a stock: it would undo the sales made meanwhile."""

    code = "read_only"
    message = _("Stock can only be changed through stock movements.")
    advice = _("Leave out `stock` and send a stock movement instead.")

    def as_payload(self) -> Faults:
        """Point at the member of the body."""
        return {"errors": [{"code": self.code, "detail": str(self), "pointer": "/stock"}]}


class CategoryNotEmpty(DomainError):
    """A category that cannot go, because something lies in it."""

    status_code = HTTPStatus.CONFLICT
    code = "category_not_empty"
    message = _("The category still contains products or subcategories, or a promotion is for it.")
    advice = _("Empty it and take it out of promotions first, or leave out `hard=true` to deactivate it.")


class ImageProblem(TextChoices):
    """Why a picture cannot be shown."""

    FORMAT = "format", _("It is not a JPEG, PNG or WebP picture.")
    TOO_LARGE = (
        "too_large",
        _("It is too large: at most 10 MB, 40 megapixels (WebP: 16) and 12,000 pixels on each side."),
    )
    UNREADABLE = "unreadable", _("It is damaged.")
    DUPLICATE = "duplicate", _("The product already has this picture.")
    LOST = "lost", _("What was uploaded is gone. Upload it again.")


class ImageInvalid(DomainError):
    """A file that is no picture which the store shows."""

    code = "image_invalid"
    message = _("The file is not a picture that the store can show.")
    advice = _(
        "Send a JPEG, PNG or WebP file of at most 10 MB, 40 megapixels (WebP: 16) and 12,000 pixels a side."
    )

    def __init__(self, problem: ImageProblem) -> None:
        self.problem, self.message = problem, problem.label
        super().__init__(self.message)

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of another kind of file."""
        return cls(ImageProblem.FORMAT)


class StorageUnavailable(DomainError):
    """An upload while the storage of pictures is away or full."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    message = _("The store is temporarily unavailable. Try again.")
    headers = {"Retry-After": "5"}


class FullProduct(TypedDict):
    """How many pictures a product can have."""

    limit: int


class ImageLimit(DomainError):
    """One picture more than a product can have."""

    status_code = HTTPStatus.CONFLICT
    code = "image_limit"
    message = _("The product has as many pictures as it can have.")
    advice = _("Delete a picture of the product first.")

    def __init__(self, limit: int) -> None:
        super().__init__(self.message)
        self.limit = limit

    def as_payload(self) -> FullProduct:
        """Tell the limit."""
        return {"limit": self.limit}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of one more than twenty."""
        return cls(20)
