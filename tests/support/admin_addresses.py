"""Addresses of every page of the admin."""

from collections.abc import Iterator

from django.contrib import admin
from django.urls import reverse

FURTHER = (
    "/admin/jobs/job/figures/",
    "/admin/catalog/product/1/stock/",
    "/admin/catalog/product/stocktake/",
    "/admin/catalog/product/import/",
    "/admin/catalog/product/export/",
    "/admin/orders/order/export/",
    "/admin/delivery/pickuppoint/import/",
    "/admin/delivery/deliveryzone/find/?country=RU&postal_code=101000",
    "/admin/orders/order/1/history/",
    "/admin/audit/auditentry/1/change/",
)


# What is looked at of each page (all of Redoc's takes half a minute), and the rules that its makers break:
# their colours, and Swagger UI's choice among the servers, of which there is one.
OF_OTHERS = {
    "/api/schema/swagger-ui/": ("#swagger-ui .wrapper", ("color-contrast", "select-name")),
    "/api/schema/redoc/": (".menu-content, .api-info", ("color-contrast",)),
}


def addresses() -> Iterator[str]:
    """Yield the dashboard, and every list, empty form and first row that there is."""
    yield "/admin/"
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if model._meta.label in WRITTEN_BY_HAND:
            yield reverse(f"{name}_add")
        if model._meta.label in WITH_A_FIRST_ROW:
            yield reverse(f"{name}_change", args=[1])


def every_page() -> Iterator[str]:
    """Yield every page, those of tasks too."""
    yield from addresses()
    yield from FURTHER


WRITTEN_BY_HAND = {
    "auth.Group",
    "catalog.Category",
    "catalog.Product",
    "catalog.ProductGroup",
    "delivery.DeliveryMethod",
    "delivery.DeliveryZone",
    "delivery.PickupPoint",
    "orders.PaymentMethod",
    "promotions.Promotion",
    "promotions.PromotionCode",
    "store.TaxClass",
    "users.User",
}


WITH_A_FIRST_ROW = {
    "catalog.Category",
    "catalog.Product",
    "delivery.DeliveryMethod",
    "delivery.DeliveryZone",
    "delivery.PickupPoint",
    "jobs.Job",
    "orders.Order",
    "orders.PaymentMethod",
    "promotions.Promotion",
    "promotions.PromotionCode",
    "store.TaxClass",
    "users.User",
}
