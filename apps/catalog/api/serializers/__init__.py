"""Serializers of the catalogue."""

from apps.catalog.api.serializers.categories import CategoryInput, CategoryOutput
from apps.catalog.api.serializers.facets import FacetsOutput
from apps.catalog.api.serializers.groups import ProductGroupOutput
from apps.catalog.api.serializers.products import (
    ProductChangeInput,
    ProductDetailOutput,
    ProductInput,
    ProductOutput,
)
from apps.catalog.api.serializers.stock import (
    StockMovementInput,
    StockMovementOutput,
    StockMovementRowOutput,
)
from apps.catalog.api.serializers.suggestions import SuggestionsOutput

__all__ = [
    "CategoryInput",
    "CategoryOutput",
    "FacetsOutput",
    "ProductChangeInput",
    "ProductDetailOutput",
    "ProductGroupOutput",
    "ProductInput",
    "ProductOutput",
    "StockMovementInput",
    "StockMovementOutput",
    "StockMovementRowOutput",
    "SuggestionsOutput",
]
