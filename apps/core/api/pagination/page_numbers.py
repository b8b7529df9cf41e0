"""Pages of lists: numbered ones, and where a list can be long, pages by cursor as well."""

from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.core.api.fields import PLAIN_WHOLE
from apps.core.api.pagination.cursors import BadCursor, CursorPage, Place, order_of, page_at
from apps.core.database.estimated_counts import MOST_COUNTED, Count, count_of
from apps.core.exceptions import InvalidQuery

MAX_PAGE_DIGITS = 9  # of the number of a page: a database counts rows in 64 bits
COUNT_TEXT = "false: leave out the count, which is slow on long lists"
CURSOR_TEXT = (
    "Cursor pagination, stable while rows are added and removed: start with an empty value, then follow "
    "`next`. A cursor is valid for one list with its filters and order, and cannot be combined with `page`"
)


class StorePagination(PageNumberPagination):
    """`page` and `page_size`: 20 rows, at most 100."""

    parameters = frozenset({"page", "page_size"})  # of the query
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int:
        """Return the wanted size.

        Raises InvalidQuery for one that is no number from 1 to 100, where the base class would fall back
        silently.
        """
        text = request.query_params.get(self.page_size_query_param, "")
        if not text:
            return self.page_size
        if not (PLAIN_WHOLE.fullmatch(text) and len(text) < 9 and 1 <= int(text) <= self.max_page_size):
            detail = _("Must be a number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise InvalidQuery({self.page_size_query_param: [("invalid", detail)]})
        return int(text)

    def get_page_number(self, request: Request, paginator: Any) -> int | str:
        """Return the wanted page.

        Raises InvalidQuery for what is no number; a number beyond the end answers 404 later.
        """
        text = request.query_params.get(self.page_query_param, "") or "1"
        if not PLAIN_WHOLE.fullmatch(text):
            raise InvalidQuery({self.page_query_param: [("invalid", _("Must be a number."))]})
        return text

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe both parameters with their bounds."""
        page, page_size = super().get_schema_operation_parameters(view)
        page["description"] = "Page number"
        page_size["description"] = "Number of results per page"
        page["schema"] = {"type": "integer", "minimum": 1, "default": 1}
        page_size["schema"] = {
            "type": "integer",
            "minimum": 1,
            "maximum": self.max_page_size,
            "default": self.page_size,
        }
        return [page, page_size]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the four members, all of them always present."""
        described = super().get_paginated_response_schema(schema)
        for name, example in {"count": 1, "next": None, "previous": None}.items():
            described["properties"][name]["example"] = example
        return {**described, "required": ["count", "next", "previous", "results"]}


class LookaheadPaginator(Paginator):  # type: ignore[type-arg]  # it is no generic class when it runs
    """Pages of rows that need no count: one row more than a page has tells whether there is a next one."""

    def page(self, number: int | str) -> "Page[Any]":
        """Return the page.

        Raises EmptyPage for one beyond the end.
        """
        digits = str(number).lstrip("0")
        if not 1 <= len(digits) <= MAX_PAGE_DIGITS:
            raise EmptyPage
        start = (int(digits) - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        if start and not rows:
            raise EmptyPage
        self.count = start + len(rows)  # at least so many there are, which is enough for the page's links
        return Page(rows[: self.per_page], int(digits), self)


class LongListPagination(StorePagination):
    """Numbered pages, which are not counted with `count=false`; and pages by cursor, which never are."""

    django_paginator_class = LookaheadPaginator
    page: "Page[Any]"
    parameters = StorePagination.parameters | {"count", "cursor"}

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that the query asks for.

        Raises InvalidQuery for a cursor that is not of this list, or that comes with a number or a count, and
        NotFound for a page beyond the end.
        """
        self.is_counted = self._wants_count(request)
        self.cursor_page: CursorPage | None = None
        if "cursor" in request.query_params:
            return self._page_at_cursor(queryset, request, view)
        return super().paginate_queryset(queryset, request, view) or []

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with the links to its neighbours."""
        if self.cursor_page:
            previous, following = self._link(self.cursor_page.previous), self._link(self.cursor_page.next)
            return Response({"next": following, "previous": previous, "results": data})
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({**(self._count() if self.is_counted else {}), **links, "results": data})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe all four parameters."""
        own: list[dict[str, Any]] = [
            {"name": "count", "description": COUNT_TEXT, "schema": {"type": "boolean", "default": True}},
            {"name": "cursor", "description": CURSOR_TEXT, "schema": {"type": "string"}},
        ]
        own = [{"in": "query", "required": False, **each} for each in own]
        return super().get_schema_operation_parameters(view) + own

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the members, of which the count is there in counted pages alone."""
        described = super().get_paginated_response_schema(schema)
        described["properties"]["count"] |= {
            "description": "Absent with `cursor` or `count=false`",
            "example": MOST_COUNTED * 12,
        }
        described["properties"]["count_exact"] = {
            "type": "boolean",
            "example": False,
            "description": f"Present (false) when the count is an estimate, above {MOST_COUNTED:,} rows",
        }
        return {**described, "required": ["next", "previous", "results"]}

    def _count(self) -> dict[str, Any]:
        paginator = self.page.paginator
        rows = cast("QuerySet[Any]", paginator.object_list)
        found = count_of(rows) if self.page.has_next() else Count(paginator.count)
        if found.is_exact:
            return {"count": found.number}
        return {"count": max(found.number, paginator.count), "count_exact": False}

    def _wants_count(self, request: Request) -> bool:
        text = request.query_params.get("count", "") or "true"
        if text not in {"true", "false"}:
            raise InvalidQuery({"count": [("invalid", _("Must be true or false."))]})
        return text == "true"

    def _page_at_cursor(self, queryset: QuerySet[Any], request: Request, view: Any) -> list[Any]:
        for name in ("page", "count"):
            if request.query_params.get(name) not in {None, "", "false"}:
                detail = _("`cursor` cannot be combined with `page` or `count=true`.")
                raise InvalidQuery({"cursor": [("conflict", detail)]})
        self._address = request.build_absolute_uri()
        self._list = _name_of_list(queryset, request, view)
        try:
            place = Place.of(request.query_params["cursor"], of_list=self._list)
        except BadCursor as error:
            detail = _("This cursor does not belong to this list. Start with an empty one.")
            raise InvalidQuery({"cursor": [("invalid", detail)]}) from error
        self.cursor_page = page_at(place, queryset, self.get_page_size(request))
        return self.cursor_page.rows

    def _link(self, place: Place | None) -> str | None:
        if place is None:
            return None
        return replace_query_param(self._address, "cursor", place.cursor(of_list=self._list))


def _name_of_list(queryset: QuerySet[Any], request: Request, view: Any) -> str:
    """Return what a cursor must have been made for: address, filters, order, and whose list it is."""
    filters = sorted(
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if value and name not in LongListPagination.parameters
    )
    reader = request.user.pk if view.lists_are_personal else ""
    return f"{request.path}?{urlencode(filters)} {order_of(queryset)} {reader}"
