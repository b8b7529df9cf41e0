"""Numbered pages of lists."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from apps.common.exceptions import InvalidQuery


class StorePagination(PageNumberPagination):
    """`page` and `page_size`: 20 rows, at most 100."""

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
        if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= self.max_page_size):
            detail = _("A number from 1 to %(most)s is expected.") % {"most": self.max_page_size}
            raise InvalidQuery({self.page_size_query_param: [("invalid", detail)]})
        return int(text)

    def get_page_number(self, request: Request, paginator: Any) -> int | str:
        """Return the wanted page.

        Raises InvalidQuery for what is no number; a number beyond the end answers 404 later.
        """
        text = request.query_params.get(self.page_query_param, "") or "1"
        if not (text.isascii() and text.isdigit()):
            raise InvalidQuery({self.page_query_param: [("invalid", _("A number is expected."))]})
        return text

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe both parameters with their bounds."""
        page, page_size = super().get_schema_operation_parameters(view)
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
