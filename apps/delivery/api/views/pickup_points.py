"""Where orders can be collected."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import cached_response, everyone
from apps.core.api.viewsets import StoreViewSet
from apps.delivery.api.filters import PickupPointFilter
from apps.delivery.api.serializers import PickupPointOutput
from apps.delivery.caching import pickup_points_cache
from apps.delivery.models import PickupPoint


@extend_schema_view(list=extend_schema(operation_id="listPickupPoints", summary="List pick-up points"))
class PickupPointViewSet(StoreViewSet):
    """Pick-up points that are in use."""

    model = PickupPoint
    serializer_class = PickupPointOutput
    permission_classes = (AllowAny,)
    filterset_class = PickupPointFilter

    def get_queryset(self) -> QuerySet[PickupPoint]:
        """Return the points that customers can choose."""
        return PickupPoint.objects.in_use()

    @cached_response(pickup_points_cache, scope=everyone, public=True)
    def list(self, request: Request) -> Response:
        """List the points in use by name; with `near`, the nearest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(PickupPointOutput(page, many=True).data)
