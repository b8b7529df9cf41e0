"""Daily maintenance of the catalogue."""

from apps.catalog.lowest_prices import repair_lowest_prices
from apps.jobs.maintenance import daily

daily(repair_lowest_prices)
