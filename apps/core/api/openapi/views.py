"""The OpenAPI schema as the store serves it: made once by each process, and then given out from memory."""

import threading
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from apps.core.api.cached_views import conditional_response
from apps.core.api.openapi.schema import StoreSchemaGenerator
from apps.core.api.viewsets import StoreView
from apps.core.caching.cache_control import PUBLIC
from apps.core.caching.responses import CachedResponse
from apps.core.exceptions import InvalidQuery

FILE_NAME = "online-store"

_making = threading.Lock()
_schemas: list[dict[str, Any]] = []
_rendered: dict[str, CachedResponse] = {}  # by the format


class SchemaView(StoreView, SpectacularAPIView):
    """Answer with the schema, in YAML or JSON by `Accept`, or by `format` before it."""

    def known_parameters(self) -> set[str]:
        """Return `format`, and what the pages of drf-spectacular pass on, though it changes nothing here."""
        return {"format", "lang", "version"}

    def get_format_suffix(self, **kwargs: Any) -> str | None:
        """Return the wanted format. Raises InvalidQuery for one that the schema does not come in."""
        wanted = self.request.query_params.get("format") or None
        if wanted and wanted not in {renderer.format for renderer in self.renderer_classes}:
            raise InvalidQuery({"format": [("invalid_choice", _("Must be `json` or `yaml`."))]})
        return wanted

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return what was made for an earlier request; the first one waits for about a second.

        Nothing of the request but the format has a say in it: the schema is the same for every host, caller
        and language.
        """
        renderer: BaseRenderer = request.accepted_renderer
        content_type = renderer.media_type + (f"; charset={renderer.charset}" if renderer.charset else "")
        cached = _rendered.get(renderer.format) or _made(renderer)
        response = conditional_response(request, cached, cache_control=PUBLIC, content_type=content_type)
        response["Content-Disposition"] = f'inline; filename="{FILE_NAME}.{renderer.format}"'
        return response


def _made(renderer: BaseRenderer) -> CachedResponse:
    with _making:  # who comes meanwhile waits, instead of making another one
        if renderer.format not in _rendered:
            if not _schemas:
                schema = StoreSchemaGenerator().get_schema(public=True)
                schema["info"]["title"] = settings.STORE_NAME  # docs/openapi.yaml is every store's
                _schemas.append(schema)
            body = renderer.render(_schemas[0], renderer.media_type, {})
            _rendered[renderer.format] = CachedResponse.of(force_bytes(body))
        return _rendered[renderer.format]
