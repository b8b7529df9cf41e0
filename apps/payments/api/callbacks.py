"""The view that providers call back: whatever they say, it is a hint to ask them."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.client_ip import client_address, throttle_key
from apps.core.api.openapi.annotations import raises
from apps.core.api.viewsets import StoreView
from apps.core.observability.metrics import count
from apps.core.rate_limits import consume
from apps.payments import services
from apps.payments.exceptions import CallbackRefused
from apps.payments.metrics import CALLBACKS
from apps.payments.providers import CLASSES, provider_named
from apps.payments.providers.base import CallbackInvalid, Notice, Provider

PROVIDER = OpenApiParameter(
    "provider",
    {"type": "string", "enum": sorted(CLASSES), "example": "emulator"},
    OpenApiParameter.PATH,
    description="Code of the provider",
)
MAX_BYTES = 64 * 1024
RATE_LIMIT = "callback"  # of forged and unreadable ones


class CallbackView(StoreView):
    """Callbacks of providers: nobody signs in, and only what is forged or unreadable is throttled."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON, whatever the provider would rather have."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="receiveCallback",
        summary="Receive a provider's callback",
        parameters=[PROVIDER],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: {"type": "object", "additionalProperties": False}},
        examples=[
            OpenApiExample("example", value="{…}", request_only=True, media_type="application/octet-stream"),
            OpenApiExample("example", value={}, response_only=True),
        ],
    )
    @raises(CallbackRefused)
    def post(self, request: Request, provider: str) -> Response:
        """Take note of a callback, for providers alone, and ask the provider about its payment.

        The body is read as it is, up to 64 KB of any content type. What it says is not believed.
        """
        try:
            adapter = provider_named(provider)
        except LookupError as error:
            raise Http404 from error
        is_ours = services.take_notice(provider, _read(adapter, request))
        count(CALLBACKS, provider, "taken" if is_ours else "unknown")
        return Response({})


def _read(adapter: Provider, request: Request) -> Notice:
    """Return what the callback says. Raises RequestDataTooBig, CallbackRefused, and TooManyRequests."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise RequestDataTooBig
    try:
        return adapter.read_callback(request.body, request.headers, address=client_address(request))
    except CallbackInvalid as error:
        count(CALLBACKS, adapter.code, "invalid")
        consume(RATE_LIMIT, throttle_key(request))
        raise CallbackRefused from error
