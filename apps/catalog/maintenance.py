"""Daily maintenance of the catalogue."""

from apps.catalog.lowest_prices import repair_lowest_prices
from apps.catalog.popularity import count_popularity
from apps.catalog.search_terms import repair_search_terms
from apps.catalog.stored_images import sweep_images
from apps.catalog.word_table import refresh_search_words
from apps.jobs.maintenance import daily

daily(repair_lowest_prices)
daily(repair_search_terms)
daily(count_popularity)
daily(refresh_search_words)
daily(sweep_images)
