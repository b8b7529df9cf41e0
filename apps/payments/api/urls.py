"""URLs of the payments' API."""

from django.urls import path

from apps.payments.api.callbacks import CallbackView
from apps.payments.api.staff_views import (
    RefundDecisionViewSet,
    StaffPaymentViewSet,
    StaffRefundViewSet,
)
from apps.payments.api.views import OrderPaymentActionViewSet, OrderPaymentViewSet, PaymentMethodViewSet

OF_ORDER = "orders/<positive:pk>/payments/"
ONE_OF_ORDER = f"{OF_ORDER}<uuid:payment_id>/"

urlpatterns = [
    path("payment-methods/", PaymentMethodViewSet.as_view({"get": "list"}), name="payment-method-list"),
    path(
        OF_ORDER,
        OrderPaymentViewSet.as_view({"get": "payments", "post": "start"}),
        name="order-payment-list",
    ),
    path(ONE_OF_ORDER, OrderPaymentViewSet.as_view({"get": "retrieve"}), name="order-payment-detail"),
    path(
        f"{ONE_OF_ORDER}refresh/",
        OrderPaymentActionViewSet.as_view({"post": "refresh"}),
        name="order-payment-refresh",
    ),
    path(
        f"{ONE_OF_ORDER}cancel/",
        OrderPaymentActionViewSet.as_view({"post": "cancel"}),
        name="order-payment-cancel",
    ),
    path("payments/callbacks/<slug:provider>/", CallbackView.as_view(), name="payment-callback"),
    path(
        "admin/orders/<positive:order_pk>/payments/",
        StaffPaymentViewSet.as_view({"post": "record"}),
        name="staff-order-payment-list",
    ),
    path(
        "admin/orders/<positive:order_pk>/refunds/",
        StaffRefundViewSet.as_view({"post": "refund"}),
        name="staff-order-refund-list",
    ),
    path("admin/payments/", StaffPaymentViewSet.as_view({"get": "list"}), name="staff-payment-list"),
    path("admin/refunds/", StaffRefundViewSet.as_view({"get": "list"}), name="staff-refund-list"),
    path(
        "admin/refunds/<uuid:refund_id>/confirm/",
        RefundDecisionViewSet.as_view({"post": "confirm"}),
        name="staff-refund-confirm",
    ),
    path(
        "admin/refunds/<uuid:refund_id>/fail/",
        RefundDecisionViewSet.as_view({"post": "fail"}),
        name="staff-refund-fail",
    ),
]
