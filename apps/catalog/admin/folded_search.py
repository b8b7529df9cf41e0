"""Search in lists of the admin as in the API: case and spelling are folded alike."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin.model_admin import StoreAdmin


class FoldedSearchAdmin(StoreAdmin):
    """Rows that are searched as in the API: whatever the case, Cyrillic included, on every database."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that have every word, and that none of them comes twice."""
        return queryset.matching(search_term), False
