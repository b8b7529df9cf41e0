"""URLs of delivery's API."""

from typing import Any

from django.urls import path

from apps.delivery.api.views import addresses, pickup_points

ONE_ADDRESS: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path(
        "auth/me/addresses/",
        addresses.SavedAddressViewSet.as_view({"get": "list", "post": "create"}),
        name="address-list",
    ),
    path(
        "auth/me/addresses/<positive:pk>/",
        addresses.SavedAddressViewSet.as_view(ONE_ADDRESS),
        name="address-detail",
    ),
    path("address-rules/<str:country>/", addresses.AddressRuleView.as_view(), name="address-rule"),
    path(
        "pickup-points/",
        pickup_points.PickupPointViewSet.as_view({"get": "list"}),
        name="pickup-point-list",
    ),
]
