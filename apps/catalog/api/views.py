"""Views of the catalogue's API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog import services, stock
from apps.catalog.api.filters import CategoryFilter, ProductFilter
from apps.catalog.api.permissions import lists_inactive, sees_inactive
from apps.catalog.api.serializers import (
    CategoryInput,
    CategoryOutput,
    ProductChangeInput,
    ProductInput,
    ProductOutput,
    StockMovementInput,
    StockMovementOutput,
    StockMovementRowOutput,
)
from apps.catalog.caching import categories_cache, products_cache
from apps.catalog.exceptions import CategoryNotEmpty, StockChanged, StockIsReadOnly, StockOutOfRange
from apps.catalog.models import Category, Product, StockMovement
from apps.core.api.cached_views import cached_response, everyone, no_store
from apps.core.api.conditional import if_match, written
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.pagination.page_numbers import LongListPagination
from apps.core.api.permissions import StaffOnly, StaffWrites
from apps.core.api.viewsets import StoreViewSet
from apps.core.caching.namespaces import EVERYONE
from apps.core.exceptions import InvalidQuery, PreconditionFailed
from apps.idempotency.decorators import KEY_PARAMETER, database_only, idempotent
from apps.users.current_user import current_user

HARD = OpenApiParameter(
    "hard", bool, description="true: delete the category instead of deactivating it, if it is empty"
)


def public_list_scope(request: Request) -> str | None:
    """Return the public scope, but for staff who ask for products by `is_active`, which only they may see."""
    return None if lists_inactive(request) else EVERYONE


def public_detail_scope(request: Request) -> str | None:
    """Return the public scope, but for staff, who see inactive products too."""
    return None if sees_inactive(request.user) else EVERYONE


@extend_schema_view(
    list=extend_schema(operation_id="listCategories", summary="List categories"),
    retrieve=extend_schema(operation_id="getCategory", summary="Get a category"),
)
class CategoryViewSet(StoreViewSet):
    """Categories: anyone reads, staff write."""

    model = Category
    serializer_class = CategoryOutput
    permission_classes = (StaffWrites,)
    filterset_class = CategoryFilter
    query_parameters = {"destroy": {"hard"}}

    def get_queryset(self) -> QuerySet[Category]:
        """Return the categories that customers see."""
        return Category.objects.on_sale().select_related("tax_class")

    @cached_response(categories_cache, scope=everyone, public=True)
    def list(self, request: Request) -> Response:
        """List active categories whose parents are all active."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(CategoryOutput(page, many=True).data)

    @cached_response(categories_cache, scope=everyone, public=True)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get a category. One that is inactive, or inside an inactive one, returns 404."""
        return Response(_shown_category(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(
        operation_id="createCategory",
        summary="Create a category",
        request=CategoryInput,
        responses={201: CategoryOutput},
    )
    @sends("ETag", on=(201,))
    def create(self, request: Request) -> Response:
        """Create a category. The slug is derived from the name if omitted."""
        wanted = CategoryInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        category = services.create_category(**wanted.validated_data)
        return written(_shown_category(category), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="replaceCategory",
        summary="Replace a category",
        request=CategoryInput,
        responses=CategoryOutput,
    )
    @raises(PreconditionFailed)
    @sends("ETag")
    def update(self, request: Request, pk: int) -> Response:
        """Change a category. The name is required."""
        return self._changed(request, pk, partial=False)

    @extend_schema(
        operation_id="updateCategory",
        summary="Change a category",
        request=CategoryInput(partial=True),
        responses=CategoryOutput,
    )
    @raises(PreconditionFailed)
    @sends("ETag")
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the given fields of a category."""
        return self._changed(request, pk, partial=True)

    @extend_schema(
        operation_id="deleteCategory",
        summary="Delete a category",
        parameters=[HARD],
        responses={204: None},
    )
    @raises(CategoryNotEmpty, PreconditionFailed)
    def destroy(self, request: Request, pk: int) -> Response:
        """Deactivate a category. With `hard=true`, delete it, provided it is empty."""
        remove = services.delete_category if self._is_hard(request) else services.deactivate_category
        remove(pk, precondition=if_match(request, _shown_category))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _changed(self, request: Request, pk: int, *, partial: bool) -> Response:
        wanted = CategoryInput(data=request.data, partial=partial)
        wanted.is_valid(raise_exception=True)
        category = services.update_category(
            pk, precondition=if_match(request, _shown_category), **wanted.validated_data
        )
        return written(_shown_category(category))

    def _is_hard(self, request: Request) -> bool:
        text = request.query_params.get("hard", "") or "false"
        if text not in {"true", "false"}:
            raise InvalidQuery({"hard": [("invalid", _("Must be true or false."))]})
        return text == "true"


@extend_schema_view(
    list=extend_schema(operation_id="listProducts", summary="List and search products"),
    retrieve=extend_schema(operation_id="getProduct", summary="Get a product"),
)
class ProductViewSet(StoreViewSet):
    """Products: anyone reads, staff write."""

    model = Product
    serializer_class = ProductOutput
    permission_classes = (StaffWrites,)
    filterset_class = ProductFilter
    pagination_class = LongListPagination

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the caller sees, with what is shown of them."""
        is_list = self.action == "list"
        sees_all = lists_inactive(self.request) if is_list else sees_inactive(self.request.user)
        products = Product.objects.all() if sees_all else Product.objects.on_sale()
        return products.select_related("category").with_config_version()

    @cached_response(products_cache, scope=public_list_scope, public=True)
    def list(self, request: Request) -> Response:
        """List products on sale: active ones in active categories. Staff can list others with `is_active`."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ProductOutput(page, many=True).data)

    @cached_response(products_cache, scope=public_detail_scope, public=True)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get a product. Only staff can see one that is off sale."""
        return Response(_shown_product(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(
        operation_id="createProduct",
        summary="Create a product",
        request=ProductInput,
        responses={201: ProductOutput},
    )
    @sends("ETag", on=(201,))
    def create(self, request: Request) -> Response:
        """Create a product with its initial stock. The slug is derived from the name if omitted."""
        wanted = ProductInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        product = services.create_product(created_by=current_user(request), **wanted.validated_data)
        return written(_shown_product(product), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="replaceProduct",
        summary="Replace a product",
        request=ProductChangeInput,
        responses=ProductOutput,
    )
    @raises(PreconditionFailed, StockIsReadOnly)
    @sends("ETag")
    def update(self, request: Request, pk: int) -> Response:
        """Change a product. All fields required on creation are required here; `stock` is refused."""
        return self._changed(request, pk, partial=False)

    @extend_schema(
        operation_id="updateProduct",
        summary="Change a product",
        request=ProductChangeInput(partial=True),
        responses=ProductOutput,
    )
    @raises(PreconditionFailed, StockIsReadOnly)
    @sends("ETag")
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the given fields of a product. `stock` is refused."""
        return self._changed(request, pk, partial=True)

    @extend_schema(operation_id="deleteProduct", summary="Take a product off sale", responses={204: None})
    @raises(PreconditionFailed)
    def destroy(self, request: Request, pk: int) -> Response:
        """Deactivate a product. Orders keep their own copy of it."""
        services.deactivate_product(pk, precondition=if_match(request, _shown_product))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _changed(self, request: Request, pk: int, *, partial: bool) -> Response:
        if "stock" in request.data:
            raise StockIsReadOnly
        wanted = ProductChangeInput(data=request.data, partial=partial)
        wanted.is_valid(raise_exception=True)
        product = services.update_product(
            pk,
            changed_by=current_user(request),
            precondition=if_match(request, _shown_product),
            **wanted.validated_data,
        )
        return written(_shown_product(product))


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


def _shown_category(category: Category) -> dict[str, Any]:
    return CategoryOutput(category).data


def _shown_product(product: Product) -> dict[str, Any]:
    return ProductOutput(product).data
