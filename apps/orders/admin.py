"""How staff work with orders: they look, and move them along by actions."""

import re
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common.admin import ReadOnlyInline
from apps.common.exceptions import DomainError
from apps.orders import services
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.statuses import OrderStatus

MOST_RECENT_CUSTOMERS = 20
_ID = re.compile(r"[0-9]{1,18}")


class OrderItemInline(ReadOnlyInline):
    """The lines."""

    model = OrderItem
    fields = ("sku", "product_name", "quantity", "price", "total")
    readonly_fields = fields

    @admin.display(description=_("total"))
    def total(self, item: OrderItem) -> Decimal:
        """Return the price of the line."""
        return item.total


class StatusChangeInline(ReadOnlyInline):
    """The history."""

    model = StatusChange
    fields = ("created_at", "from_status", "to_status", "changed_by", "comment")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """Fetch the names with the rows."""
        return super().get_queryset(request).select_related("changed_by")


class CustomerFilter(admin.RelatedFieldListFilter):
    """The customers of the latest orders, and the chosen one: a list of all of them would not fit a page."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Return what the filter offers."""
        latest = list(Order.objects.values_list("user_id", flat=True)[: 10 * MOST_RECENT_CUSTOMERS])
        shown = list(dict.fromkeys(latest))[:MOST_RECENT_CUSTOMERS]
        chosen = [int(value) for value in self.lookup_val or [] if _ID.fullmatch(str(value))]
        customers = field.related_model.objects.filter(pk__in=[*shown, *chosen]).order_by("username")
        return [(customer.pk, str(customer)) for customer in customers]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders. Nothing of an order can be edited; its status is moved by the actions."""

    list_display = ("id", "user_link", "status", "total_price", "currency", "created_at")
    list_filter = ("status", ("user", CustomerFilter))
    list_select_related = ("user",)
    date_hierarchy = "created_at"
    search_fields = ("=id", "user__username", "user__email", "items__sku")
    search_help_text = _("Number of the order; part of username, e-mail or SKU")
    show_full_result_count = False
    inlines = (OrderItemInline, StatusChangeInline)
    fields = (
        "id",
        "user",
        "status",
        "total_price",
        "currency",
        "language",
        "tracking_number",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields
    actions = ("mark_processing", "mark_shipped", "mark_delivered", "cancel")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody write an order by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Let an order be looked at only; the actions ask without one."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Keep orders for the books."""
        return False

    @admin.display(description=_("customer"), ordering="user__username")
    def user_link(self, order: Order) -> str:
        """Return the customer's name, leading to the customer's orders."""
        address = reverse("admin:orders_order_changelist")
        return format_html('<a href="{}?user__id__exact={}">{}</a>', address, order.user_id, order.user)

    @admin.action(description=_("Put together: pending → processing"), permissions=["change"])
    def mark_processing(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Move the chosen orders to `processing`."""
        self._move(request, queryset, OrderStatus.PROCESSING)

    @admin.action(description=_("Ship: processing → shipped"), permissions=["change"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Move the chosen orders to `shipped`."""
        self._move(request, queryset, OrderStatus.SHIPPED)

    @admin.action(description=_("Deliver: shipped → delivered"), permissions=["change"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Move the chosen orders to `delivered`."""
        self._move(request, queryset, OrderStatus.DELIVERED)

    @admin.action(description=_("Cancel and give the stock back"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Move the chosen orders to `cancelled`."""
        self._move(request, queryset, OrderStatus.CANCELLED)

    def _move(self, request: HttpRequest, queryset: QuerySet[Order], status: OrderStatus) -> None:
        moved = 0
        for order_id in queryset.order_by("pk").values_list("pk", flat=True):
            try:
                services.change_status(order_id=order_id, new_status=status, changed_by=request.user)
            except DomainError as refusal:
                self.message_user(request, f"№ {order_id}: {refusal}", messages.ERROR)
            else:
                moved += 1
        text = ngettext("%(count)d order moved.", "%(count)d orders moved.", moved)
        self.message_user(request, text % {"count": moved})
