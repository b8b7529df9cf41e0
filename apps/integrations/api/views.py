"""Views of the integrations' API: what another system writes in bulk."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.models import Product, StockMovement
from apps.core.api.openapi.annotations import raises
from apps.core.api.parsers import BulkJSONParser
from apps.core.api.permissions import StaffOnly
from apps.core.api.viewsets import StoreViewSet
from apps.idempotency.decorators import OBLIGATORY_KEY_PARAMETER, database_only, idempotent
from apps.integrations import services
from apps.integrations.api import examples
from apps.integrations.api.permissions import UpsertsProducts
from apps.integrations.api.serializers import (
    SKIP_FAILED,
    ProductBulkInput,
    ProductBulkOutput,
    StockBulkInput,
    StockBulkOutput,
    rows_of,
)
from apps.integrations.exceptions import BulkRejected
from apps.integrations.rows import RowStatus
from apps.users.current_user import current_user

SOME_FAILED = OpenApiExample("example", value=examples.SOME_PRODUCTS_WRITTEN, status_codes=["207"])


class ProductBulkViewSet(StoreViewSet):
    """Many products at once."""

    model = Product
    permission_classes = (UpsertsProducts,)
    parser_classes = (BulkJSONParser,)

    @extend_schema(
        operation_id="upsertProducts",
        summary="Create and change products in bulk",
        request=ProductBulkInput,
        responses={200: ProductBulkOutput, 207: OpenApiResponse(ProductBulkOutput, examples=[SOME_FAILED])},
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(BulkRejected)
    @idempotent(required=True, on=(HTTPStatus.OK, HTTPStatus.MULTI_STATUS))
    @database_only
    def upsert(self, request: Request) -> Response:
        """Create or change up to 500 products, known by `external_id` or `sku`; the body may have 4 MB.

        200: every row succeeded. 207, with `skip_failed` only: some rows failed and the others are stored.
        400 `bulk_rejected`: nothing is stored, and `rows` tells the rows that failed.
        """
        wanted = ProductBulkInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        results = services.upsert_products(
            rows_of("products", wanted.validated_data["products"]),
            skip_failed=wanted.validated_data["on_error"] == SKIP_FAILED,
            by=current_user(request),
        )
        some_failed = any(result["status"] == RowStatus.FAILED for result in results)
        status = HTTPStatus.MULTI_STATUS if some_failed else HTTPStatus.OK
        return Response(_shown(ProductBulkOutput, results), status=status)


class StockBulkViewSet(StoreViewSet):
    """The stock of many products at once."""

    model = StockMovement
    permission_classes = (StaffOnly,)
    parser_classes = (BulkJSONParser,)

    @extend_schema(
        operation_id="moveStockInBulk",
        summary="Change the stock of many products",
        request=StockBulkInput,
        responses=StockBulkOutput,
        parameters=[OBLIGATORY_KEY_PARAMETER],
    )
    @raises(BulkRejected)
    @idempotent(required=True, on=(HTTPStatus.OK,))
    @database_only
    def move(self, request: Request) -> Response:
        """Change the stock of up to 1,000 products by `delta`, or set it to a `count`: all rows or none.

        If any row fails, the response is 400 `bulk_rejected`, and `rows` tells why, with the present stock.
        """
        wanted = StockBulkInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        rows = rows_of("rows", wanted.validated_data.pop("rows"))
        results = services.move_stock(rows, by=current_user(request), **wanted.validated_data)
        return Response(_shown(StockBulkOutput, results))


def _shown(serializer: Any, rows: Any) -> Any:
    return serializer({"rows": rows}).data
