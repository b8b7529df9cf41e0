"""The admin site with the shop's dashboard."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from apps.backoffice.dashboard import sections_for
from apps.users.admin_site import StoreAdminSite

DAILY = ("orders", "payments", "catalog")  # apps at the head of the menu


class BackofficeSite(StoreAdminSite):
    """The store's admin, with the figures above the list of models."""

    index_template = "backoffice/dashboard.html"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps and their models: what staff work with daily first, the others by their names."""
        listed = super().get_app_list(request, app_label)
        return sorted(
            listed, key=lambda app: DAILY.index(app["app_label"]) if app["app_label"] in DAILY else len(DAILY)
        )

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard."""
        return super().index(request, {**sections_for(request.user), **(extra_context or {})})
