"""Views of products."""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog import services
from apps.catalog.api import examples
from apps.catalog.api.filters import ProductFilter
from apps.catalog.api.permissions import lists_inactive, sees_inactive
from apps.catalog.api.searches import ProductPagination, page_of
from apps.catalog.api.serializers import (
    ProductChangeInput,
    ProductDetailOutput,
    ProductInput,
    ProductOutput,
)
from apps.catalog.caching import products_cache
from apps.catalog.exceptions import StockIsReadOnly
from apps.catalog.models import Product, ProductQuerySet
from apps.catalog.product_details import for_lists, read_first_images, with_details
from apps.core.api.cached_views import cached_response
from apps.core.api.conditional import if_match, written
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.permissions import StaffWrites
from apps.core.api.viewsets import StoreViewSet
from apps.core.caching.namespaces import EVERYONE
from apps.core.exceptions import PreconditionFailed
from apps.users.current_user import current_user


def public_list_scope(request: Request) -> str | None:
    """Return the public scope, but for staff who ask for products by `is_active`, which only they may see."""
    return None if lists_inactive(request) else EVERYONE


def public_detail_scope(request: Request) -> str | None:
    """Return the public scope, but for staff, who see inactive products too."""
    return None if sees_inactive(request.user) else EVERYONE


@extend_schema_view(
    list=extend_schema(operation_id="listProducts", summary="List and search products"),
    retrieve=extend_schema(operation_id="getProduct", summary="Get a product", responses=ProductDetailOutput),
)
class ProductViewSet(StoreViewSet):
    """Products: anyone reads, staff write."""

    model = Product
    serializer_class = ProductOutput
    permission_classes = (StaffWrites,)
    filterset_class = ProductFilter
    pagination_class = ProductPagination
    example_slug = examples.SLUG

    def get_queryset(self) -> QuerySet[Product]:
        """Return the products that the caller sees, with what is shown of them."""
        is_list = self.action == "list"
        sees_all = lists_inactive(self.request) if is_list else sees_inactive(self.request.user)
        products = (Product.objects.all() if sees_all else Product.objects.on_sale()).with_config_version()
        return products if is_list else with_details(products)

    @cached_response(products_cache, scope=public_list_scope, public=True)
    def list(self, request: Request) -> Response:
        """List products on sale: active ones in active categories. Staff can list others with `is_active`."""
        products = cast("ProductQuerySet", self.filter_queryset(self.get_queryset()))
        search = products.search
        page = page_of(self, products, search) if search else self.paginate_queryset(for_lists(products))
        read_first_images(page or [])
        return self.get_paginated_response(ProductOutput(page, many=True).data)

    @cached_response(products_cache, scope=public_detail_scope, public=True)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get a product. Only staff can see one that is off sale."""
        return Response(_shown_product(get_object_or_404(self.get_queryset(), pk=pk)))

    @extend_schema(
        operation_id="getProductBySlug", summary="Get a product by its slug", responses=ProductDetailOutput
    )
    @cached_response(products_cache, scope=public_detail_scope, public=True)
    def retrieve_by_slug(self, request: Request, slug: str) -> Response:
        """Get a product as by its id. A slug may change; the id does not."""
        return Response(_shown_product(get_object_or_404(self.get_queryset(), slug=slug)))

    @extend_schema(
        operation_id="createProduct",
        summary="Create a product",
        request=ProductInput,
        responses={201: ProductDetailOutput},
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
        responses=ProductDetailOutput,
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
        responses=ProductDetailOutput,
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


def _shown_product(product: Product) -> dict[str, Any]:
    return ProductDetailOutput(product).data
