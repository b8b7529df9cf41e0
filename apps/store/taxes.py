"""Tax rates by class, country and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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

    def uncovered_days(self, since: date, until: date) -> list["UncoveredDay"]:
        """Return the days from which no rate is valid, of those within the two, by class and country."""
        countries = None if settings.TAX_DESTINATION == "destination" else {settings.STORE_COUNTRY}
        firsts = (
            UncoveredDay(*key, _first_uncovered_day(rates, since))
            for key, rates in self.rates.items()
            if countries is None or key[1] in countries
        )
        return [first for first in firsts if first.day <= until]


@dataclass(frozen=True)
class UncoveredDay:
    """The first day on which a tax class has no rate in a country where it had one, or will have."""

    code: str
    country: str
    day: date


def load_taxes() -> Taxes:
    """Read the classes and rates."""
    rates: dict[tuple[str, str], tuple[DatedRate, ...]] = {}
    for row in TaxRate.objects.select_related("tax_class"):
        key = (row.tax_class.code, row.country)
        rates[key] = (*rates.get(key, ()), DatedRate(row.rate, row.valid_from, row.valid_to))
    return Taxes(dict(TaxClass.objects.values_list("pk", "code")), rates)


def _first_uncovered_day(rates: Sequence[DatedRate], day: date) -> date:
    """Return the first day from this one on that has no rate."""
    while valid := next((rate for rate in rates if rate.is_valid_on(day)), None):
        if valid.valid_to is None or valid.valid_to == date.max:
            return date.max
        day = valid.valid_to + timedelta(days=1)
    return day
