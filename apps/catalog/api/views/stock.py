"""Views of the stock ledger."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog import stock
from apps.catalog.api.serializers import (
    StockMovementInput,
    StockMovementOutput,
    StockMovementRowOutput,
)
from apps.catalog.exceptions import StockChanged, StockOutOfRange
from apps.catalog.models import Product, StockMovement
from apps.core.api.cached_views import no_store
from apps.core.api.openapi.annotations import raises
from apps.core.api.permissions import StaffOnly
from apps.core.api.viewsets import StoreViewSet
from apps.idempotency.decorators import KEY_PARAMETER, database_only, idempotent
from apps.users.current_user import current_user


class StockMovementViewSet(StoreViewSet):
    """The ledger of a product's stock, for staff."""

    model = StockMovement
    permission_classes = (StaffOnly,)

    @extend_schema(
        operation_id="listStockMovements",
        summary="List a product's stock movements",
        responses=StockMovementRowOutput(many=True),
    )
    @no_store
    def list(self, request: Request, product_pk: int) -> Response:
        """List units received, sold, returned and adjusted, newest first. Never cached."""
        product = get_object_or_404(Product, pk=product_pk)
        page = self.paginate_queryset(product.stock_movements.select_related("created_by"))
        return self.get_paginated_response(StockMovementRowOutput(page, many=True).data)

    @extend_schema(
        operation_id="moveStock",
        summary="Change a product's stock",
        request=StockMovementInput,
        responses={201: StockMovementOutput},
        parameters=[KEY_PARAMETER],
    )
    @raises(StockChanged, StockOutOfRange)
    @idempotent()
    @database_only
    def create(self, request: Request, product_pk: int) -> Response:
        """Change the stock by `delta` units, or set it to a `count`, giving a reason.

        The stock cannot fall below zero. A count is refused (`stock_changed`) if the stock is no longer
        `last_seen`.
        """
        wanted = StockMovementInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        change = stock.count_stock if "count" in wanted.validated_data else stock.adjust_stock
        movement = change(product_id=product_pk, created_by=current_user(request), **wanted.validated_data)
        return Response(StockMovementOutput(movement).data, status=status.HTTP_201_CREATED)
