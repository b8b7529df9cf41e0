"""Addresses of the store."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path, register_converter
from django.utils.functional import lazy
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from apps.common.converters import PositiveConverter
from apps.common.health import healthz, readyz
from apps.common.problem_pages import problem_list, problem_page
from apps.common.problems import unknown_address
from apps.common.served_schema import SchemaView

static_lazy = lazy(static, str)  # the names of collected files are known later

register_converter(PositiveConverter, "positive")

api_patterns = [
    path("", include("apps.users.api.urls")),
    path("", include("apps.catalog.api.urls")),
    path("", include("apps.orders.api.urls")),
    path("", include("apps.jobs.api.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="swagger-ui"), name="home"),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static_lazy("desk/icon.svg")), name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include(api_patterns)),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/schema/swagger-ui/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="swagger-ui"),
    path("api/schema/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("api/problems/", problem_list, name="problems"),
    path("api/problems/<slug:code>/", problem_page, name="problem"),
    # Last: whatever else is asked for under /api/ is a problem too, not a page for people.
    re_path(r"^api/", unknown_address, name="unknown-address"),
]

handler400 = "apps.common.problems.bad_request"
handler403 = "apps.common.problems.forbidden"
handler404 = "apps.common.problems.not_found"
handler500 = "apps.common.problems.server_error"
