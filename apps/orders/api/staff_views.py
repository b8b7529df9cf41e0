"""Views of the orders' API for staff."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.cached_views import cached_response
from apps.core.api.conditional import if_match, written
from apps.core.api.openapi.annotations import leads_to, raises, sends
from apps.core.api.permissions import StaffOnly
from apps.core.exceptions import PreconditionFailed
from apps.orders import services
from apps.orders.api.filters import StaffOrderFilter
from apps.orders.api.links import ORDER_LINKS
from apps.orders.api.serializers import StaffNoteInput, StaffOrderOutput, StaffOrderRowOutput
from apps.orders.api.views import OrderViewSet, access_scope
from apps.orders.caching import orders_cache
from apps.orders.models import Order
from apps.users.current_user import current_user


class StaffOrderViewSet(OrderViewSet):
    """All orders, for staff."""

    permission_classes = (StaffOnly,)
    filterset_class = StaffOrderFilter

    @extend_schema(
        operation_id="listOrders", summary="List all orders", responses=StaffOrderRowOutput(many=True)
    )
    @cached_response(orders_cache, scope=access_scope)
    def list(self, request: Request) -> Response:
        """List all customers' orders, newest first."""
        orders = Order.objects.with_items_count()
        return self.get_paginated_response(self.rows(self.paginate_queryset(self.filter_queryset(orders))))

    @extend_schema(
        operation_id="writeStaffNote",
        summary="Write the staff note of an order",
        request=StaffNoteInput,
        responses=StaffOrderOutput,
    )
    @raises(PreconditionFailed)
    @sends("ETag")
    @leads_to(ORDER_LINKS)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Replace the staff note, which customers never see. `If-Match` takes the ETag of the order."""
        order = get_object_or_404(self.get_queryset(), pk=pk)
        wanted = StaffNoteInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        noted = services.write_staff_note(
            order_id=order.pk,
            note=wanted.validated_data["staff_note"],
            written_by=current_user(request),
            precondition=if_match(request, self.shown),
        )
        return written(self.shown(noted))
