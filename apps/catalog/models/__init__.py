"""Models of the catalogue: categories, products with what describes them, and their stock."""

from apps.catalog.models.attributes import (
    BRAND,
    MAX_ATTRIBUTES,
    MAX_CODE_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_VALUES,
    TAG,
    Attribute,
    AttributeType,
    AttributeValue,
    ProductAttribute,
)
from apps.catalog.models.categories import (
    MAX_DESCRIPTION_LENGTH,
    Category,
    CategoryQuerySet,
    category_tree_ids,
    hidden_category_ids,
)
from apps.catalog.models.images import (
    MAX_IMAGES,
    RENDITIONS,
    ImageStatus,
    ProductImage,
    ProductImageQuerySet,
    StoredImage,
    rendition_widths,
)
from apps.catalog.models.products import (
    MAX_META_DESCRIPTION_LENGTH,
    MAX_SIZE_MM,
    MAX_STEP,
    MAX_STOCK,
    MAX_WEIGHT_G,
    Product,
    ProductQuerySet,
)
from apps.catalog.models.related import MAX_RELATED, RelatedProduct
from apps.catalog.models.search_words import SearchWord, SearchWordKey
from apps.catalog.models.stock import ORDER_MOVEMENTS, REASONED, MovementKind, PriceChange, StockMovement
from apps.catalog.models.translations import CategoryTranslation, ProductTranslation
from apps.catalog.models.variants import (
    MAX_OPTIONS,
    MAX_VARIANTS,
    GroupOption,
    ProductGroup,
    ProductOption,
)

__all__ = [
    "BRAND",
    "MAX_ATTRIBUTES",
    "MAX_CODE_LENGTH",
    "MAX_DESCRIPTION_LENGTH",
    "MAX_IMAGES",
    "MAX_META_DESCRIPTION_LENGTH",
    "MAX_OPTIONS",
    "MAX_RELATED",
    "MAX_SIZE_MM",
    "MAX_STEP",
    "MAX_STOCK",
    "MAX_TEXT_LENGTH",
    "MAX_VALUES",
    "MAX_VARIANTS",
    "MAX_WEIGHT_G",
    "ORDER_MOVEMENTS",
    "REASONED",
    "RENDITIONS",
    "TAG",
    "Attribute",
    "AttributeType",
    "AttributeValue",
    "Category",
    "CategoryQuerySet",
    "CategoryTranslation",
    "GroupOption",
    "ImageStatus",
    "MovementKind",
    "PriceChange",
    "Product",
    "ProductAttribute",
    "ProductGroup",
    "ProductImage",
    "ProductImageQuerySet",
    "ProductOption",
    "ProductQuerySet",
    "ProductTranslation",
    "RelatedProduct",
    "SearchWord",
    "SearchWordKey",
    "StockMovement",
    "StoredImage",
    "category_tree_ids",
    "hidden_category_ids",
    "rendition_widths",
]
