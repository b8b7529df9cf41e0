"""Addresses of the store."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path, register_converter
from django.utils.functional import lazy
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from apps.catalog.api.served_images import served_image
from apps.core.api.converters import PositiveConverter
from apps.core.api.openapi.views import SchemaView
from apps.core.api.problems.handlers import unknown_address
from apps.core.api.problems.pages import problem_list, problem_page
from apps.core.observability.health import healthz, readyz

# The first two figures of the content's hash, all of them, and the width in pixels. deploy/proxy has it, too.
RENDITION = r"products/([0-9a-f]{2})/\2[0-9a-f]{62}-[1-9][0-9]{0,4}\.webp"

static_lazy = lazy(static, str)  # the names of collected files are known later

register_converter(PositiveConverter, "positive")

api_patterns = [
    path("", include("apps.users.api.urls")),
    path("", include("apps.catalog.api.urls")),
    path("", include("apps.integrations.api.urls")),
    path("", include("apps.delivery.api.urls")),
    path("", include("apps.orders.api.urls")),
    path("", include("apps.payments.api.urls")),
    path("", include("apps.jobs.api.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="swagger-ui"), name="home"),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static_lazy("store/icon.svg")), name="favicon"),
    path("", include("apps.integrations.api.feed_urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    re_path(rf"^media/(?P<name>{RENDITION})\Z", served_image, name="image"),
    path("api/v1/", include(api_patterns)),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/schema/swagger-ui/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="swagger-ui"),
    path("api/schema/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("api/problems/", problem_list, name="problems"),
    path("api/problems/<slug:code>/", problem_page, name="problem"),
    # Last: whatever else is asked for under /api/ is a problem too, not a page for people.
    re_path(r"^api/", unknown_address, name="unknown-address"),
]

handler400 = "apps.core.api.problems.handlers.bad_request"
handler403 = "apps.core.api.problems.handlers.forbidden"
handler404 = "apps.core.api.problems.handlers.not_found"
handler500 = "apps.core.api.problems.handlers.server_error"
