"""URLs of the catalogue's API."""

from typing import Any

from django.urls import path

from apps.catalog.api import views
from apps.core.api.parsers import BoundedJSONParser

READ_AND_CREATE: dict[str, Any] = {"get": "list", "post": "create"}
READ_AND_WRITE: dict[str, Any] = {
    "get": "retrieve",
    "put": "update",
    "patch": "partial_update",
    "delete": "destroy",
}

urlpatterns = [
    path("categories/", views.CategoryViewSet.as_view(READ_AND_CREATE), name="category-list"),
    path("categories/<positive:pk>/", views.CategoryViewSet.as_view(READ_AND_WRITE), name="category-detail"),
    path("products/", views.ProductViewSet.as_view(READ_AND_CREATE), name="product-list"),
    path("products/facets/", views.FacetViewSet.as_view({"get": "facets"}), name="product-facets"),
    path(
        "products/by-slug/<slug:slug>/",
        views.ProductViewSet.as_view({"get": "retrieve_by_slug"}),
        name="product-by-slug",
    ),
    path("products/<positive:pk>/", views.ProductViewSet.as_view(READ_AND_WRITE), name="product-detail"),
    path(
        "products/suggest/", views.SuggestionViewSet.as_view({"get": "retrieve"}), name="product-suggestions"
    ),
    path(
        "product-groups/<positive:pk>/",
        views.ProductGroupViewSet.as_view({"get": "retrieve"}),
        name="product-group-detail",
    ),
    path(
        "admin/products/<positive:product_pk>/stock-movements/",
        views.StockMovementViewSet.as_view(READ_AND_CREATE),
        name="stock-movement-list",
    ),
    path(
        "admin/products/<positive:product_pk>/images/",
        views.ProductImageViewSet.as_view(
            READ_AND_CREATE, parser_classes=[BoundedJSONParser, views.ImageFormParser]
        ),
        name="product-image-list",
    ),
    path(
        "admin/products/<positive:product_pk>/images/order/",
        views.ProductImageViewSet.as_view({"post": "order"}),
        name="product-image-order",
    ),
    path(
        "admin/products/<positive:product_pk>/images/<positive:pk>/",
        views.ProductImageViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="product-image-detail",
    ),
]
