"""Delivery methods in memory, with their rates by zone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.delivery.models import DeliveryMethod, DeliveryRate
from apps.store.models import in_present_language


@dataclass(frozen=True)
class Rate:
    """What delivery costs from a total of goods and a weight (in grams) on."""

    id: int
    from_total: Decimal
    from_weight_g: int
    price: Decimal


@dataclass(frozen=True)
class Method:
    """A delivery method. Totals are in the store's currency, weights in grams."""

    id: int
    code: str
    name_ru: str
    name_en: str
    kind: str
    carrier: str
    is_active: bool
    tax_class_id: int | None
    min_total: Decimal | None
    max_total: Decimal | None
    max_weight_g: int | None
    needs_phone: bool
    days_min: int | None
    days_max: int | None
    free_from: Decimal | None
    free_from_basis: str
    rates: Mapping[
        int | None, Sequence[Rate]
    ]  # by the id of a zone, None: everywhere; the highest step first

    @property
    def name(self) -> str:
        """Return the name in the present language."""
        return in_present_language(self.name_ru, self.name_en)


def load_methods() -> list[Method]:
    """Read the methods, those that are not offered among them, by position."""
    rates: dict[int, dict[int | None, list[Rate]]] = defaultdict(lambda: defaultdict(list))
    for row in DeliveryRate.objects.order_by("-from_total", "-from_weight_g"):
        rate = Rate(row.pk, row.from_total, row.from_weight_g, row.price)
        rates[row.method_id][row.zone_id].append(rate)
    return [_parsed(row, dict(rates[row.pk])) for row in DeliveryMethod.objects.order_by("position", "pk")]


def _parsed(row: DeliveryMethod, rates: Mapping[int | None, Sequence[Rate]]) -> Method:
    columns = {name: getattr(row, name) for name in Method.__dataclass_fields__ if name != "rates"}
    return Method(**columns, rates=rates)
