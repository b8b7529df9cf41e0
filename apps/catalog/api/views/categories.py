"""Views of categories."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog import services
from apps.catalog.api.filters import CategoryFilter
from apps.catalog.api.serializers import (
    CategoryInput,
    CategoryOutput,
)
from apps.catalog.caching import categories_cache
from apps.catalog.exceptions import CategoryNotEmpty
from apps.catalog.models import Category
from apps.catalog.shown_texts import with_texts
from apps.core.api.cached_views import cached_response, everyone
from apps.core.api.conditional import if_match, written
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.permissions import StaffWrites
from apps.core.api.viewsets import StoreViewSet
from apps.core.exceptions import InvalidQuery, PreconditionFailed

HARD = OpenApiParameter(
    "hard", bool, description="true: delete the category instead of deactivating it, if it is empty"
)


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
        return with_texts(Category.objects.on_sale().select_related("tax_class"))

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


def _shown_category(category: Category) -> dict[str, Any]:
    return CategoryOutput(category).data
