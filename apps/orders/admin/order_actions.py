"""Actions on many orders in the admin, each reported row by row."""

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin.bulk_actions import BulkChange, Change, change_many, chosen_rows, outcome_of, report
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.optimistic_locking import unless_changed
from apps.orders import services
from apps.orders.admin.order_detail import READ_BY_CUSTOMER, remade, resent
from apps.orders.models import Order
from apps.orders.statuses import TRANSITIONS, OrderStatus
from apps.users.current_user import current_user

# What is said of an order that is not yet where a transition starts.
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


@admin.action(description=_("Start processing: pending → processing"), permissions=["change"])
def mark_processing(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Move the chosen orders to `processing`."""
    return _move(model_admin, request, queryset, OrderStatus.PENDING, OrderStatus.PROCESSING)


@admin.action(description=_("Process and ship: pending or processing → shipped"), permissions=["change"])
def process_and_ship(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Move the chosen orders to `shipped`, those that are pending by way of `processing`."""

    def shipped(order: Order) -> str:
        moved = services.process_and_ship(order_id=order.pk, changed_by=current_user(request))
        return str(moved.get_status_display())

    return _each(model_admin, request, queryset, gettext("Process and ship"), shipped)


@admin.action(description=_("Ship: processing → shipped"), permissions=["change"])
def mark_shipped(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Move the chosen orders to `shipped`."""
    return _move(model_admin, request, queryset, OrderStatus.PROCESSING, OrderStatus.SHIPPED)


@admin.action(description=_("Deliver: shipped → delivered"), permissions=["change"])
def mark_delivered(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Move the chosen orders to `delivered`."""
    return _move(model_admin, request, queryset, OrderStatus.SHIPPED, OrderStatus.DELIVERED)


@admin.action(description=_("Move each to its next status…"), permissions=["change"])
def move_on(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Move each of the chosen orders one status further, as it was shown."""
    change = BulkChange(
        action="move_on",
        title=gettext("Move to the next status"),
        preview=lambda order, _values: _change_of(order, _next_status(order.status)),
        apply=lambda order, seen, _values: _moved_as_seen(request, order, seen),
    )
    return change_many(model_admin, request, queryset, change)


@admin.action(description=_("Cancel and restock…"), permissions=["change"])
def cancel(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Cancel the chosen orders, for the given reason."""
    change = BulkChange(
        action="cancel",
        title=gettext("Cancel orders"),
        form_class=ReasonForm,
        preview=lambda order, _values: _change_of(order, OrderStatus.CANCELLED),
        apply=lambda order, seen, values: _moved(
            request,
            order,
            OrderStatus.CANCELLED,
            precondition=unless_changed("status", seen),
            comment=values["reason"],
        ),
    )
    return change_many(model_admin, request, queryset, change)


@admin.action(description=_("Resend the status e-mail"), permissions=["change"])
def resend_email(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Send the e-mail about the chosen orders' status once more."""
    return _each(model_admin, request, queryset, gettext("Resend e-mails"), resent)


@admin.action(description=_("Regenerate the invoice"), permissions=["change"])
def remake_invoice(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Order]
) -> TemplateResponse | None:
    """Have the chosen orders' invoices drawn once more."""
    return _each(model_admin, request, queryset, gettext("Regenerate invoices"), remade)


def _move(
    model_admin: StoreAdmin,
    request: HttpRequest,
    queryset: QuerySet[Order],
    start: OrderStatus,
    status: OrderStatus,
) -> TemplateResponse | None:
    title = gettext("Move to “%(status)s”") % {"status": status.label}
    return _each(
        model_admin,
        request,
        queryset,
        title,
        lambda order: _moved(request, order, status, precondition=_only_in(start)),
    )


def _each(
    model_admin: StoreAdmin,
    request: HttpRequest,
    queryset: QuerySet[Order],
    title: str,
    act: Callable[[Order], str],
) -> TemplateResponse | None:
    orders = chosen_rows(model_admin, request, queryset)
    if orders is None:
        return None
    return report(model_admin, request, title, [outcome_of(order, act) for order in orders])


def _moved_as_seen(request: HttpRequest, order: Order, seen: str) -> str:
    as_seen = unless_changed("status", seen)
    as_seen(order)  # as it was just read: where it goes follows from it
    here = OrderStatus(order.status)
    # At the end of the way it goes to where it is already: the table refuses that.
    return _moved(request, order, _next_status(here) or here, precondition=as_seen)


def _moved(
    request: HttpRequest,
    order: Order,
    status: OrderStatus,
    *,
    precondition: Callable[[Order], None],
    comment: str = "",
) -> str:
    order = services.change_status(
        order_id=order.pk,
        new_status=status,
        changed_by=current_user(request),
        precondition=precondition,
        comment=comment,
    )
    return str(order.fetched_status_changes[-1])


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
