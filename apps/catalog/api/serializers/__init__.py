"""Serializers of the catalogue."""

from apps.catalog.api.serializers.categories import CategoryInput, CategoryOutput
from apps.catalog.api.serializers.facets import FacetsOutput
from apps.catalog.api.serializers.groups import ProductGroupOutput
from apps.catalog.api.serializers.images import (
    ImageChangeInput,
    ImageFetchInput,
    ImageOrderInput,
    ImageUploadInput,
    StaffProductImageOutput,
)
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
    "ImageChangeInput",
    "ImageFetchInput",
    "ImageOrderInput",
    "ImageUploadInput",
    "ProductChangeInput",
    "ProductDetailOutput",
    "ProductGroupOutput",
    "ProductInput",
    "ProductOutput",
    "StaffProductImageOutput",
    "StockMovementInput",
    "StockMovementOutput",
    "StockMovementRowOutput",
    "SuggestionsOutput",
]
