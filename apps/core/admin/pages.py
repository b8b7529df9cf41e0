"""Own pages of a ModelAdmin beside Django's, links above its list, and more context for its detail page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.views.generic import View

from apps.core.admin.optimistic_locking import VersionedAdmin


@dataclass(frozen=True)
class ListTool:
    """A link above a list, beside Django's "Add"."""

    url: str
    label: str | Promise


class PagedAdmin(VersionedAdmin):
    """A ModelAdmin that lists its own pages: what it adds to Django's pages stands here, in this order."""

    pages: Sequence[type["AdminPage"]] = ()
    list_tools: Sequence[
        Callable[["PagedAdmin", HttpRequest], ListTool | None]
    ] = ()  # None: not for this user
    detail_context: Sequence[Callable[["PagedAdmin", HttpRequest, Any], Mapping[str, Any]]] = ()  # of a row

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of all pages; Django's come last, as one of them takes whatever is left."""
        return [*(page.url_of(self) for page in self.pages), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with its links."""
        links = [link for tool in self.list_tools if (link := tool(self, request))]
        return super().changelist_view(request, {"list_tools": links, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what belongs to the row with its form."""
        if row := kwargs.get("obj"):
            for context_of in self.detail_context:
                context |= context_of(self, request, row)
        return super().render_change_form(request, context, *args, **kwargs)


class AdminPage(View):
    """A page of a ModelAdmin. It answers the methods that it defines, such as `get` and `post`."""

    route: str  # below the address of the list
    name: str  # of the address, after those of the app and the model: "stock" makes "catalog_product_stock"
    model_admin: PagedAdmin = None  # type: ignore[assignment]  # `as_view` sets it, if the class has the name

    @classmethod
    def url_of(cls, model_admin: PagedAdmin) -> URLPattern:
        """Return the page's address, for those who may enter the admin."""
        opts = model_admin.opts
        view = model_admin.admin_site.admin_view(cls.as_view(model_admin=model_admin))
        return path(cls.route, view, name=f"{opts.app_label}_{opts.model_name}_{cls.name}")

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may open the page: whoever may see the list, unless a page says else."""
        return self.model_admin.has_view_or_change_permission(request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request: 405 to a method that nobody may use here. Raises PermissionDenied."""
        if hasattr(self, str(request.method).lower()) and not self.has_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def render(self, template: str, context: Mapping[str, Any]) -> TemplateResponse:
        """Return the page, in the frame of the admin."""
        frame = {**self.model_admin.admin_site.each_context(self.request), "opts": self.model_admin.opts}
        return TemplateResponse(self.request, template, {**frame, **context})
