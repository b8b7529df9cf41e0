"""How staff find orders, and move many of them at once. The page of one order is `order_page`."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.admin.bulk_actions import BulkChange, Change, change_many, chosen_rows, outcome_of, report
from apps.core.admin.changelists import AutocompleteFilter, DateRangeFilter, LongListAdmin, NumberRangeFilter
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.admin.optimistic_locking import unless_changed
from apps.core.money import format_money
from apps.import_export.admin.exportable import ExportableAdmin
from apps.orders import services
from apps.orders.admin.detail import READ_BY_CUSTOMER, OrderDetail, remade, resent
from apps.orders.models import Order
from apps.orders.statuses import TRANSITIONS, OrderStatus


class FailedJobFilter(admin.SimpleListFilter):
    """Orders that need somebody: a job of theirs has failed."""

    title = _("jobs")
    parameter_name = "failed_job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice beside all orders."""
        return [("yes", _("has a failed job"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the orders with a failed job, when they are asked for."""
        return queryset.with_failed_jobs() if self.value() == "yes" else queryset


# What is said of an order that is not yet where a move starts.
TOO_EARLY = {
    OrderStatus.PROCESSING: _("It must be processed first: it is “%(status)s”."),
    OrderStatus.SHIPPED: _("It must be shipped first: it is “%(status)s”."),
}


class ReasonForm(forms.Form):
    """Why an order is cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=READ_BY_CUSTOMER,
    )


@admin.register(Order)
class OrderAdmin(OrderDetail, ExportableAdmin, LongListAdmin):
    """Orders. Nothing of an order can be edited; its status is moved by buttons and actions."""

    counted = ngettext_lazy("%(number)s order", "%(number)s orders", "count")
    list_display = ("id", "customer", "shown_status", "shown_total", "created_at")
    list_filter = (
        "status",
        FailedJobFilter,
        ("user", AutocompleteFilter),
        ("created_at", DateRangeFilter),
        ("total_price", NumberRangeFilter),
    )
    list_select_related = ("user",)
    search_fields = ("id",)  # opens the search box; get_search_results does the work
    search_help_text = _("Order number, or part of a username, e-mail address or SKU")
    sortable_by = ("id", "shown_status", "shown_total", "created_at")
    actions = (
        "mark_processing",
        "put_together_and_ship",
        "mark_shipped",
        "mark_delivered",
        "move_on",
        "cancel",
        "resend_email",
        "remake_invoice",
    )

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a customer needs."""
        return super().media + StoreAutocompleteSelect(Order._meta.get_field("user"), self.admin_site).media

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Tell of each order whether a job of it has failed."""
        return super().get_queryset(request).noting_failed_jobs()

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
        """Return the status in its colour, and that a job has failed."""
        trouble = format_html(' <span class="store-failed">⚠ {}</span>', _("failed job"))
        return format_html(
            '<span class="store-status store-{}">{}</span>{}',
            order.status,
            order.get_status_display(),
            trouble if order.has_failed else "",
        )

    @admin.display(description=_("total"), ordering="total_price")
    def shown_total(self, order: Order) -> str:
        """Return the total with its currency."""
        return format_money(order.total_price, order.currency)

    @admin.action(description=_("Start processing: pending → processing"), permissions=["change"])
    def mark_processing(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Move the chosen orders to `processing`."""
        return self._move(request, queryset, OrderStatus.PENDING, OrderStatus.PROCESSING)

    @admin.action(description=_("Process and ship: pending or processing → shipped"), permissions=["change"])
    def put_together_and_ship(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> TemplateResponse | None:
        """Move the chosen orders to `shipped`, those that are pending by way of `processing`."""

        def shipped(order: Order) -> str:
            moved = services.put_together_and_ship(order_id=order.pk, changed_by=request.user)
            return str(moved.get_status_display())

        return self._each(request, queryset, _("Process and ship"), shipped)

    @admin.action(description=_("Ship: processing → shipped"), permissions=["change"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Move the chosen orders to `shipped`."""
        return self._move(request, queryset, OrderStatus.PROCESSING, OrderStatus.SHIPPED)

    @admin.action(description=_("Deliver: shipped → delivered"), permissions=["change"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Move the chosen orders to `delivered`."""
        return self._move(request, queryset, OrderStatus.SHIPPED, OrderStatus.DELIVERED)

    @admin.action(description=_("Move each to its next status…"), permissions=["change"])
    def move_on(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Move each of the chosen orders one status further, as it was shown."""
        change = BulkChange(
            action="move_on",
            title=_("Move to the next status"),
            preview=lambda order, _values: _change_of(order, _next_status(order.status)),
            apply=lambda order, seen, _values: self._moved_as_seen(request, order, seen),
        )
        return change_many(self, request, queryset, change)

    @admin.action(description=_("Cancel and restock…"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Cancel the chosen orders, for the given reason."""
        change = BulkChange(
            action="cancel",
            title=_("Cancel orders"),
            form_class=ReasonForm,
            preview=lambda order, _values: _change_of(order, OrderStatus.CANCELLED),
            apply=lambda order, seen, values: self._moved(
                request,
                order,
                OrderStatus.CANCELLED,
                precondition=unless_changed("status", seen),
                comment=values["reason"],
            ),
        )
        return change_many(self, request, queryset, change)

    @admin.action(description=_("Resend the status e-mail"), permissions=["change"])
    def resend_email(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Send the e-mail about the chosen orders' status once more."""
        return self._each(request, queryset, _("Resend e-mails"), resent)

    @admin.action(description=_("Regenerate the invoice"), permissions=["change"])
    def remake_invoice(self, request: HttpRequest, queryset: QuerySet[Order]) -> TemplateResponse | None:
        """Have the chosen orders' invoices drawn once more."""
        return self._each(request, queryset, _("Regenerate invoices"), remade)

    def _move(
        self, request: HttpRequest, queryset: QuerySet[Order], start: OrderStatus, status: OrderStatus
    ) -> TemplateResponse | None:
        title = _("Move to “%(status)s”") % {"status": status.label}
        return self._each(
            request,
            queryset,
            title,
            lambda order: self._moved(request, order, status, precondition=_only_in(start)),
        )

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Order], title: str, act: Any
    ) -> TemplateResponse | None:
        orders = chosen_rows(self, request, queryset)
        if orders is None:
            return None
        return report(self, request, title, [outcome_of(order, act) for order in orders])

    def _moved_as_seen(self, request: HttpRequest, order: Order, seen: str) -> str:
        as_seen = unless_changed("status", seen)
        as_seen(order)  # as it was just read: where it goes follows from it
        here = OrderStatus(order.status)
        # At the end of the way it goes to where it is already: the table refuses that.
        return self._moved(request, order, _next_status(here) or here, precondition=as_seen)

    def _moved(
        self,
        request: HttpRequest,
        order: Order,
        status: OrderStatus,
        *,
        precondition: Callable[[Any], None],
        comment: str = "",
    ) -> str:
        order = services.change_status(
            order_id=order.pk,
            new_status=status,
            changed_by=request.user,
            precondition=precondition,
            comment=comment,
        )
        return _change_text(order.moves[-1].from_status, order.status)


def _only_in(start: OrderStatus) -> Callable[[Order], None]:
    def precondition(order: Order) -> None:
        if order.status != start:
            is_early = list(OrderStatus).index(OrderStatus(order.status)) < list(OrderStatus).index(start)
            text = TOO_EARLY[start] if is_early else _("It is already “%(status)s”.")
            raise ValidationError(text, params={"status": order.get_status_display()})

    return precondition


def _next_status(status: str) -> OrderStatus | None:
    """Return where an order goes when all is well; None at the end of the way."""
    further = [to for to in TRANSITIONS[OrderStatus(status)] if to != OrderStatus.CANCELLED]
    return further[0] if further else None


def _change_of(order: Order, status: OrderStatus | None) -> Change:
    is_allowed = status in TRANSITIONS[OrderStatus(order.status)]
    return Change(
        before=str(order.get_status_display()),
        after=str(status.label) if status and is_allowed else None,
        seen=order.status,
    )


def _change_text(before: str, after: str) -> str:
    return f"{OrderStatus(before).label} → {OrderStatus(after).label}"
