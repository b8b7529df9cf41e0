"""Views of groups of variants."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.api.serializers import ProductGroupOutput
from apps.catalog.caching import products_cache
from apps.catalog.models import ProductGroup
from apps.catalog.shown_groups import variants_on_sale
from apps.core.api.cached_views import cached_response, everyone
from apps.core.api.permissions import StaffWrites
from apps.core.api.viewsets import StoreViewSet


class ProductGroupViewSet(StoreViewSet):
    """Groups of variants. Staff make them in the admin."""

    model = ProductGroup
    permission_classes = (StaffWrites,)

    @extend_schema(
        operation_id="getProductGroup",
        summary="Get a group of variants",
        responses=ProductGroupOutput,
    )
    @cached_response(products_cache, scope=everyone, public=True)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Get a group of variants: its options, and the products on sale, in the order of their values.

        A group without a product on sale returns 404.
        """
        group = get_object_or_404(ProductGroup, pk=pk)
        group.variants = variants_on_sale(pk)
        if not group.variants:
            raise Http404
        return Response(ProductGroupOutput(group).data)
