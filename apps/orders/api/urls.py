"""URLs of the orders' API."""

from django.urls import path

from apps.orders.api.invoice_rendering import INVOICE_RENDERERS
from apps.orders.api.staff_views import StaffOrderViewSet
from apps.orders.api.views import OrderViewSet

urlpatterns = [
    path("orders/", OrderViewSet.as_view({"get": "list", "post": "create"}), name="order-list"),
    path("orders/quote/", OrderViewSet.as_view({"post": "quote"}), name="order-quote"),
    path(
        "orders/<positive:pk>/",
        OrderViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="order-detail",
    ),
    path(
        "orders/<positive:pk>/invoice/",
        OrderViewSet.as_view({"get": "invoice"}, renderer_classes=INVOICE_RENDERERS),
        name="order-invoice",
    ),
    path("orders/<positive:pk>/jobs/", OrderViewSet.as_view({"get": "jobs"}), name="order-jobs"),
    path("orders/<positive:pk>/basket/", OrderViewSet.as_view({"get": "basket"}), name="order-basket"),
    path("admin/orders/", StaffOrderViewSet.as_view({"get": "list"}), name="staff-order-list"),
    path(
        "admin/orders/<positive:pk>/",
        StaffOrderViewSet.as_view({"patch": "partial_update"}),
        name="staff-order-detail",
    ),
]
