"""The changelist of orders in the admin: columns, filters, search, and what is joined to it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.admin.changelists import AutocompleteFilter, DateRangeFilter, LongListAdmin, NumberRangeFilter
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.money import format_money
from apps.import_export.admin.exportable import ExportableAdmin, ExportPage, export_chosen, export_tool
from apps.orders.admin import order_actions
from apps.orders.admin.order_detail import ORDER_PAGES, order_context
from apps.orders.admin.order_fields import OrderFields, fieldsets_of
from apps.orders.admin.order_filters import (
    DeliveryMethodFilter,
    DiscountFilter,
    FailedJobFilter,
    NeedsLookFilter,
    PaymentMethodFilter,
)
from apps.orders.admin.order_sections import section_pages, sections_of
from apps.orders.models import Order


@admin.register(Order)
class OrderAdmin(OrderFields, ExportableAdmin, LongListAdmin):
    """Orders. Only the staff note is edited, in a form of its own; buttons and actions move the status."""

    counted = ngettext_lazy("%(number)s order", "%(number)s orders", "count")
    list_display = (
        "id",
        "customer",
        "shown_status",
        "shown_payment",
        "shown_delivery",
        "shown_total",
        "created_at",
    )
    list_filter = (
        "status",
        NeedsLookFilter,
        FailedJobFilter,
        "payment_status",
        PaymentMethodFilter,
        DeliveryMethodFilter,
        ("discount_total", DiscountFilter),
        ("user", AutocompleteFilter),
        ("created_at", DateRangeFilter),
        ("total_price", NumberRangeFilter),
    )
    list_select_related = ("user",)
    search_fields = ("id",)  # opens the search box; get_search_results does the work
    search_help_text = _(
        "Order number, or part of a username, e-mail address, SKU, recipient’s name or phone"
    )
    sortable_by = ("id", "shown_status", "shown_total", "created_at")
    change_form_template = "admin/orders/order/change_form.html"
    actions = (
        order_actions.mark_processing,
        order_actions.process_and_ship,
        order_actions.mark_shipped,
        order_actions.mark_delivered,
        order_actions.move_on,
        order_actions.cancel,
        order_actions.resend_email,
        order_actions.remake_invoice,
        export_chosen,
    )
    pages = (*ORDER_PAGES, ExportPage)
    list_tools = (export_tool,)
    detail_context = (order_context, sections_of)

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a customer needs."""
        return super().media + StoreAutocompleteSelect(Order._meta.get_field("user"), self.admin_site).media

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the pages, with those of the sections that higher apps have added."""
        return [*(page.url_of(self) for page in section_pages()), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Tell of each order whether a job of it has failed."""
        return Order.objects.noting_failed_jobs()

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """Return what there is to say of the order."""
        return fieldsets_of(obj) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        """Return all fields of the page."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Return the orders that have what is typed, as in the API, and that none of them comes twice."""
        return queryset.matching(search_term.strip()) if search_term.strip() else queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody write an order by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Let an order be looked at only; buttons and actions ask without one."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Keep orders for the books."""
        return False

    def viewed(self, name: str) -> str:
        """Return the title of an order's page, "Order #72": its name tells what it is."""
        return name

    @admin.display(description=_("customer"))
    def customer(self, order: Order) -> str:
        """Return the customer's name, leading to the customer's orders."""
        address = reverse("admin:orders_order_changelist")
        return format_html('<a href="{}?user__id__exact={}">{}</a>', address, order.user_id, order.user)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, order: Order) -> str:
        """Return the status in its colour, and what needs somebody: a failed job, or a look at the order."""
        troubles = [_("failed job")] * order.has_failed + [_("needs a look")] * bool(order.needs_look)
        return format_html(
            '<span class="store-status store-{}">{}</span>{}',
            order.status,
            order.get_status_display(),
            format_html_join("", ' <span class="store-failed">⚠ {}</span>', ([text] for text in troubles)),
        )

    @admin.display(description=_("total"), ordering="total_price")
    def shown_total(self, order: Order) -> str:
        """Return the total with its currency."""
        return format_money(order.total_price, order.currency)
