"""URLs of the orders' API."""

from django.urls import path

from apps.orders.api import views

OrderViewSet = views.OrderViewSet

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
        OrderViewSet.as_view({"get": "invoice"}, renderer_classes=views.INVOICE_RENDERERS),
        name="order-invoice",
    ),
    path("orders/<positive:pk>/jobs/", OrderViewSet.as_view({"get": "jobs"}), name="order-jobs"),
    path("admin/orders/", views.StaffOrderViewSet.as_view({"get": "list"}), name="staff-order-list"),
]
