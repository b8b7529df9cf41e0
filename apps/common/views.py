"""The base of every REST view: what it does not know, in the query or in the body, is refused."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.common.exceptions import InvalidQuery
from apps.common.pagination import StorePagination
from apps.common.serializers import NoInput


class StoreView(APIView):
    """A view without query parameters, unless `known_parameters` names some."""

    body_methods = frozenset({"POST", "PUT", "PATCH"})  # whose bodies are read by an InputSerializer

    def known_parameters(self) -> set[str]:
        """Return the names of the query parameters that this request may have."""
        return set()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, then what they ask for.

        Raises InvalidQuery: a misspelt filter must not return everything. Raises ValidationError for a body
        where none is read.
        """
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS" or not hasattr(self, str(request.method).lower()):
            return  # 405, whatever it asks for
        if unknown := set(request.query_params) - self.known_parameters():
            detail = _("There is no such parameter.")
            raise InvalidQuery({name: [("unknown_parameter", detail)] for name in sorted(unknown)})
        if request.method not in self.body_methods.union(SAFE_METHODS):
            NoInput(data=request.data).is_valid(raise_exception=True)


class StoreViewSet(StoreView, GenericViewSet[Any]):
    """A view set whose lists know their filters and pages, and whose other actions know what they declare."""

    pagination_class: type[StorePagination] = StorePagination
    lists_are_personal = False  # each reader's are others
    query_parameters: dict[str, set[str]] = {}  # of the actions that are no lists

    def known_parameters(self) -> set[str]:
        """Return the names that the present action understands."""
        if self.action != "list":
            return self.query_parameters.get(self.action, set())
        filterset_class = getattr(self, "filterset_class", None)
        filters = set(filterset_class.base_filters) if filterset_class else set()
        return filters | self.pagination_class.parameters

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the filters of the list; a single row is addressed by its id alone."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset
