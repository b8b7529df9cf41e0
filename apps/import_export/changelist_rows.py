"""The rows that a list of the admin shows somebody: by its own filters and its own search."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from apps.import_export.registry import kind_named
from apps.users.models import User


def rows_of_list(model: type[Model], user: User, query: str) -> QuerySet[Any]:
    """Return the rows that the admin's list of the model shows the user under the query string.

    Raises PermissionDenied when the user may not see the list, and IncorrectLookupParameters when the list
    cannot be filtered so.
    """
    model_admin = admin.site.get_model_admin(model)
    request = ListRequest(user, query)
    if not (user.is_active and user.is_staff and model_admin.has_view_permission(request)):
        raise PermissionDenied
    return model_admin.get_changelist_instance(request).queryset


def may_see(user: User, kind_name: str) -> bool:
    """Tell whether the user may see the list that the kind is exported from."""
    model_admin = admin.site.get_model_admin(kind_named(kind_name).model)
    return model_admin.has_view_permission(ListRequest(user, ""))


class ListRequest(HttpRequest):
    """What a list needs to know of a request, which a worker has none of."""

    def __init__(self, user: User, query: str) -> None:
        super().__init__()
        self.method = "GET"
        self.user = user
        self.GET = QueryDict(query)
        self._messages = _Complaints()


class _Complaints:
    """Where a list complains of a search that cannot be read, and then shows everything."""

    def add(self, level: int, message: str, extra_tags: str = "") -> None:
        raise IncorrectLookupParameters(message)


class Unpaged(ChangeList):
    """A list without pages, which need a count."""

    def get_results(self, request: HttpRequest) -> None:
        """Read nothing yet."""
