"""The admin site with the shop's dashboard."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from apps.backoffice.dashboard import sections_for
from apps.users.admin_site import StoreAdminSite


class BackofficeSite(StoreAdminSite):
    """The store's admin, with the figures above the list of models."""

    index_template = "backoffice/dashboard.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard."""
        return super().index(request, {**sections_for(request.user), **(extra_context or {})})
