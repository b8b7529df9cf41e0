"""Tax rates by class, country and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from apps.store.models import TaxClass, TaxRate


@dataclass(frozen=True)
class DatedRate:
    """A rate in percent, None where no VAT is due, and the days on which it is valid."""

    rate: Decimal | None
    valid_from: date
    valid_to: date | None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the day is one of them."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Taxes:
    """The tax classes: their codes by id, and their rates by code and country."""

    codes: Mapping[int, str]
    rates: Mapping[tuple[str, str], tuple[DatedRate, ...]]

    def code_of(self, tax_class_id: int | None) -> str:
        """Return the code of the class; that of `STORE_TAX_CLASS` for None."""
        default: str = settings.STORE_TAX_CLASS
        # A class that was deleted since the row that has it was read counts as none.
        return default if tax_class_id is None else self.codes.get(tax_class_id, default)

    def rate_of(self, code: str, *, day: date, destination: str = "") -> Decimal | None:
        """Return the rate of the class in percent on the day of the store; None: without VAT.

        The rate of the destination, a country, counts where `TAX_DESTINATION` says so and it has one.
        """
        countries = [settings.STORE_COUNTRY]
        if settings.TAX_DESTINATION == "destination" and destination:
            countries.insert(0, destination)
        for country in countries:
            for dated in self.rates.get((code, country), ()):
                if dated.is_valid_on(day):
                    return dated.rate
        return None


def load_taxes() -> Taxes:
    """Read the classes and rates."""
    rates: dict[tuple[str, str], tuple[DatedRate, ...]] = {}
    for row in TaxRate.objects.select_related("tax_class"):
        key = (row.tax_class.code, row.country)
        rates[key] = (*rates.get(key, ()), DatedRate(row.rate, row.valid_from, row.valid_to))
    return Taxes(dict(TaxClass.objects.values_list("pk", "code")), rates)
