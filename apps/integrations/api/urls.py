"""URLs of the integrations' API."""

from django.urls import path

from apps.integrations.api import views

urlpatterns = [
    path("admin/products/bulk/", views.ProductBulkViewSet.as_view({"post": "upsert"}), name="product-bulk"),
    path("admin/stock/bulk/", views.StockBulkViewSet.as_view({"post": "move"}), name="stock-bulk"),
]
