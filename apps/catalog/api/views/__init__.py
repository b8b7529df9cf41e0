"""Views of the catalogue's API."""

from apps.catalog.api.views.categories import CategoryViewSet
from apps.catalog.api.views.facets import FacetViewSet
from apps.catalog.api.views.groups import ProductGroupViewSet
from apps.catalog.api.views.images import ImageFormParser, ProductImageViewSet
from apps.catalog.api.views.products import ProductViewSet
from apps.catalog.api.views.stock import StockMovementViewSet
from apps.catalog.api.views.suggestions import SuggestionViewSet

__all__ = [
    "CategoryViewSet",
    "FacetViewSet",
    "ImageFormParser",
    "ProductGroupViewSet",
    "ProductImageViewSet",
    "ProductViewSet",
    "StockMovementViewSet",
    "SuggestionViewSet",
]
