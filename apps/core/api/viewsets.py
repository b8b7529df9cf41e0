"""The base of every REST view: what it does not know, in the query or in the body, is refused."""

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.core.api.filters import AnyOfFilter, parameters_of
from apps.core.api.pagination.page_numbers import StorePagination
from apps.core.api.serializers import NoInput
from apps.core.exceptions import InvalidQuery


class StoreView(APIView):
    """A view without query parameters, unless `known_parameters` names some."""

    body_methods = frozenset({"POST", "PUT", "PATCH"})  # whose bodies are read by an InputSerializer

    def known_parameters(self) -> set[str]:
        """Return the names of the query parameters that this request may have."""
        return set()

    def list_parameters(self) -> set[str]:
        """Return the names of those that may come more than once."""
        return set()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, then what they ask for.

        Raises InvalidQuery: a misspelt filter must not return everything, and of two values none may win
        unseen. Raises ValidationError for a body where none is read.
        """
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS" or not hasattr(self, str(request.method).lower()):
            return  # 405, whatever it asks for
        if faults := self._faults_of_parameters(request):
            raise InvalidQuery(faults)
        if request.method not in self.body_methods.union(SAFE_METHODS):
            NoInput(data=request.data).is_valid(raise_exception=True)

    def _faults_of_parameters(self, request: Request) -> dict[str, list[tuple[str, str]]]:
        given = request.query_params
        if not given:
            return {}
        known, lists = self.known_parameters(), self.list_parameters()
        unknown, twice = _("Unknown parameter."), _("This parameter appears more than once.")
        return {name: [("unknown_parameter", unknown)] for name in sorted(given) if name not in known} | {
            name: [("duplicate_parameter", twice)]
            for name in sorted(known - lists)
            if len(given.getlist(name)) > 1
        }


class StoreViewSet(StoreView, GenericViewSet[Any]):
    """A view set whose lists know their filters and pages, and whose other actions know what they declare."""

    model: type[Model]  # as the schema and the permissions are told
    pagination_class: type[StorePagination] = StorePagination
    lists_are_personal = False  # each reader's are others
    query_parameters: dict[str, set[str]] = {}  # of the actions that are no lists

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "model" in vars(cls):
            cls.queryset = cls.model._default_manager.none()  # `get_queryset` returns the rows

    def known_parameters(self) -> set[str]:
        """Return the names that the present action understands."""
        if self.action != "list":
            return self.query_parameters.get(self.action, set())
        return parameters_of(self._filters(), self.request.query_params) | self.pagination_class.parameters

    def list_parameters(self) -> set[str]:
        """Return the names of the filters that any of several values will do for."""
        return {name for name, each in self._filters().items() if isinstance(each, AnyOfFilter)}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the filters of the list; a single row is addressed by its id alone."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def _filters(self) -> dict[str, Any]:
        filterset_class = getattr(self, "filterset_class", None)
        return filterset_class.base_filters if filterset_class else {}
