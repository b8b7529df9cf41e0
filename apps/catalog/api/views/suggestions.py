"""View of suggestions."""

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.api.filters import SuggestionFilter
from apps.catalog.api.serializers import SuggestionsOutput
from apps.catalog.caching import products_cache
from apps.catalog.models import Product
from apps.catalog.suggestions import suggested_categories, suggested_products
from apps.core.api.cached_views import cached_response, everyone
from apps.core.api.filters import MAX_SEARCH_LENGTH, refuse_unreadable
from apps.core.api.openapi.annotations import raises
from apps.core.api.permissions import StaffWrites
from apps.core.api.viewsets import StoreViewSet
from apps.core.exceptions import InvalidQuery

TYPED = OpenApiParameter(
    "q",
    {"type": "string", "maxLength": MAX_SEARCH_LENGTH},
    description="What the customer has typed so far. Empty: nothing is suggested",
)


class SuggestionViewSet(StoreViewSet):
    """Suggestions while a customer types."""

    model = Product
    permission_classes = (StaffWrites,)
    query_parameters = {"retrieve": {"q"}}

    @extend_schema(
        operation_id="suggestProducts",
        summary="Suggest products and categories",
        parameters=[TYPED],
        responses=SuggestionsOutput,
    )
    @raises(InvalidQuery)
    @cached_response(products_cache, scope=everyone, public=True)
    def retrieve(self, request: Request) -> Response:
        """Suggest up to 8 products and 3 categories for what a customer types in the search field."""
        typed = SuggestionFilter(request.query_params, queryset=Product.objects.none(), request=request)
        refuse_unreadable(typed)
        text = typed.form.cleaned_data["q"]
        suggestions = {
            "products": suggested_products(text),
            "categories": suggested_categories(text) if text else [],
            "currency": settings.STORE_CURRENCY,
        }
        return Response(SuggestionsOutput(suggestions).data)
