"""The page of an order in the admin: its items, bill, history and jobs, its buttons and its invoice."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.admin.bulk_actions import seen_of
from apps.core.admin.optimistic_locking import (
    VERSION,
    changed_since,
    text_of_change,
    unless_changed,
    version_of,
)
from apps.core.admin.pages import AdminPage, PagedAdmin
from apps.core.caching.cache_control import NO_STORE
from apps.jobs.models import Job
from apps.orders import services
from apps.orders.admin.order_fields import bill_of
from apps.orders.admin.order_sections import OrderButton
from apps.orders.jobs import money_subject, subject_of
from apps.orders.models import Invoice, Order, OrderDiscount, OrderItem
from apps.orders.statuses import TRANSITIONS, OrderStatus
from apps.users.current_user import current_user

MAX_NOTE_LENGTH = 1000  # characters
NOTE, NOTE_FIELDS = forms.CharField(required=False, max_length=MAX_NOTE_LENGTH), ("staff_note",)
COMMENT = forms.CharField(required=False, max_length=1000)
BUTTONS = {  # the buttons beside the cancellation, which needs a reason
    OrderStatus.PROCESSING: gettext_lazy("Start processing"),
    OrderStatus.SHIPPED: gettext_lazy("Ship"),
    OrderStatus.DELIVERED: gettext_lazy("Mark as delivered"),
}
READ_BY_CUSTOMER = gettext_lazy(
    "The customer will see it in the cancellation e-mail and in the order history."
)


def order_context(model_admin: PagedAdmin, request: HttpRequest, order: Order) -> dict[str, Any]:
    """Return items, history, jobs and the possible transitions of the order."""
    shown = Order.objects.with_items().get(pk=order.pk)
    may_change = model_admin.has_change_permission(request)
    transitions = TRANSITIONS[OrderStatus(order.status)] if may_change else ()
    may_see_jobs = request.user.has_perm("jobs.view_job")
    context = {
        "items": shown.fetched_items,
        "has_discounts": any(item.discount for item in shown.fetched_items),
        "has_taxes": any(item.tax_rate is not None for item in shown.fetched_items),
        "discounts": [
            (discount, _shares(discount, shown.fetched_items)) for discount in shown.fetched_discounts
        ],
        "bill": bill_of(shown),
        "note_version": version_of(order, NOTE_FIELDS),
        "note_length": MAX_NOTE_LENGTH,
        "status_changes": shown.fetched_status_changes,
        "read_by_customer": READ_BY_CUSTOMER,
        "next_transitions": [(status, BUTTONS[status]) for status in transitions if status in BUTTONS],
        "can_be_cancelled": OrderStatus.CANCELLED in transitions,
        "may_change": may_change,
        "jobs": Job.objects.about(subject_of(order.pk), money_subject(order.pk)) if may_see_jobs else None,
        "has_invoice": Invoice.objects.filter(order=order).exists(),
    }
    if filters := model_admin.get_preserved_filters(request):
        context["filters"] = f"?{filters}"  # of the list, to which staff go back
    return context


class NoteButton(OrderButton):
    """The note that staff write to one another."""

    route, name = "<int:order_id>/note/", "note"

    def act(self, order: Order) -> str:
        """Write the note, unless somebody else has changed it since it was shown."""
        note = NOTE.clean(self.request.POST.get("staff_note", ""))

        def as_seen(present: Order) -> None:
            if changed_since(self.request.POST.get(VERSION, ""), present, NOTE_FIELDS):
                yours = _("You wrote: “%(note)s”") % {"note": note}
                raise ValidationError([text_of_change(present, "staff_note"), yours])

        services.write_staff_note(
            order_id=order.pk, note=note, written_by=current_user(self.request), precondition=as_seen
        )
        return _("The staff note is saved.")


class MoveButton(OrderButton):
    """Another status."""

    route, name = "<int:order_id>/move/", "move"

    def act(self, order: Order) -> str:
        """Move the order to the status of the pressed button, if it still has the one that was shown."""
        status = self.request.POST.get("status", "")
        if status not in OrderStatus.values:
            raise Http404
        comment = COMMENT.clean(self.request.POST.get("comment", ""))
        if status == OrderStatus.CANCELLED and not comment:
            raise ValidationError(_("Enter the reason for the cancellation."))
        moved = services.change_status(
            order_id=order.pk,
            new_status=OrderStatus(status),
            changed_by=current_user(self.request),
            precondition=unless_changed("status", seen_of(self.request, order)),
            comment=comment,
        )
        return _("The order is now “%(status)s”.") % {"status": moved.get_status_display()}


class ResendButton(OrderButton):
    """The e-mail about the order's status, once more."""

    route, name = "<int:order_id>/resend-email/", "resend"

    def act(self, order: Order) -> str:
        """Have it sent."""
        return resent(order)


class RemakeButton(OrderButton):
    """The invoice, once more."""

    route, name = "<int:order_id>/remake-invoice/", "remake"

    def act(self, order: Order) -> str:
        """Have it drawn."""
        return remade(order)


class InvoicePage(AdminPage):
    """The invoice's PDF."""

    route, name = "<int:order_id>/invoice/", "invoice"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may see orders."""
        return self.model_admin.has_view_permission(request)

    def get(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Send it."""
        invoice = get_object_or_404(Invoice, order_id=order_id)
        name = f"invoice-{order_id}.pdf"
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(bytes(invoice.pdf), content_type="application/pdf", headers=headers)


ORDER_PAGES = (NoteButton, MoveButton, ResendButton, RemakeButton, InvoicePage)


def _shares(discount: OrderDiscount, items: list[OrderItem]) -> list[tuple[str, Decimal]]:
    """Return how much of the discount was taken off each line that has a share."""
    shares = [(item.product_name, discount.allocation.get(str(item.product_id))) for item in items]
    return [(name, Decimal(share)) for name, share in shares if share is not None]


def resent(order: Order) -> str:
    """Have the e-mail about the order's status sent once more, and say so."""
    services.resend_email(order_id=order.pk)
    return _("The e-mail is being sent.")


def remade(order: Order) -> str:
    """Have the order's invoice drawn once more, and say so."""
    services.remake_invoice(order_id=order.pk)
    return _("The invoice is being generated.")
