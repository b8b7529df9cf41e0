"""The page of one order in the admin: what it is, how it got there, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.core.admin.bulk_actions import address_of, outcome_of, seen_of
from apps.core.admin.optimistic_locking import unless_changed
from apps.core.caching.cache_control import NO_STORE
from apps.jobs.models import Job
from apps.orders import services
from apps.orders.jobs import subject_of
from apps.orders.models import Invoice, Order
from apps.orders.statuses import TRANSITIONS, OrderStatus

COMMENT = forms.CharField(required=False, max_length=1000)
BUTTONS = {  # the buttons beside the cancellation, which needs a reason
    OrderStatus.PROCESSING: gettext_lazy("Start processing"),
    OrderStatus.SHIPPED: gettext_lazy("Ship"),
    OrderStatus.DELIVERED: gettext_lazy("Mark as delivered"),
}
READ_BY_CUSTOMER = gettext_lazy(
    "The customer will see it in the cancellation e-mail and in the order history."
)


class OrderDetail:
    """The page of an order, for its ModelAdmin."""

    change_form_template = "admin/orders/order/change_form.html"
    fields = ("id", "user", "contact", "shown_status", "shown_total", "shown_language", "tracking_number")
    fields += ("created_at", "updated_at")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("name and e-mail"), empty_value="—")
    def contact(self, order: Order) -> str:
        """Return the customer's name and address: staff who see orders need not see accounts."""
        return ", ".join(filter(None, (order.user.get_full_name(), order.user.email)))

    @admin.display(description=gettext_lazy("language"))
    def shown_language(self, order: Order) -> str:
        """Return what the language is called, in which the customer is written to."""
        return str(dict(settings.LANGUAGES).get(order.language, order.language))

    def get_urls(self) -> list[URLPattern]:
        """Add what the buttons of the page ask for."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:order_id>/move/", wrap(self.move_view), name="orders_order_move"),
            path("<int:order_id>/resend-email/", wrap(self.resend_view), name="orders_order_resend"),
            path("<int:order_id>/remake-invoice/", wrap(self.remake_view), name="orders_order_remake"),
            path("<int:order_id>/invoice/", wrap(self.invoice_view), name="orders_order_invoice"),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show lines, history, jobs and the possible moves with the order."""
        order = context["original"]
        shown = Order.objects.with_lines().get(pk=order.pk)
        may_change = self.has_change_permission(request)
        moves = TRANSITIONS[OrderStatus(order.status)] if may_change else ()
        may_see_jobs = request.user.has_perm("jobs.view_job")
        context |= {
            "lines": shown.lines,
            "moves": shown.moves,
            "read_by_customer": READ_BY_CUSTOMER,
            "next_moves": [(status, BUTTONS[status]) for status in moves if status in BUTTONS],
            "can_be_cancelled": OrderStatus.CANCELLED in moves,
            "may_change": may_change,
            "jobs": Job.objects.about(subject_of(order.pk)) if may_see_jobs else None,
            "has_invoice": Invoice.objects.filter(order=order).exists(),
        }
        if filters := self.get_preserved_filters(request):
            context["filters"] = f"?{filters}"  # of the list, to which staff go back
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    def move_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Move the order to the status of the pressed button, if it still has the one that was shown."""
        status = request.POST.get("status", "")

        def move(order: Order) -> str:
            if status not in OrderStatus.values:
                raise Http404
            comment = COMMENT.clean(request.POST.get("comment", ""))
            if status == OrderStatus.CANCELLED and not comment:
                raise ValidationError(_("Enter the reason for the cancellation."))
            moved = services.change_status(
                order_id=order.pk,
                new_status=OrderStatus(status),
                changed_by=request.user,
                precondition=unless_changed("status", seen_of(request, order)),
                comment=comment,
            )
            return _("The order is now “%(status)s”.") % {"status": moved.get_status_display()}

        return self._done(request, order_id, move)

    @method_decorator(require_POST)
    def resend_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Send the e-mail about the order's status once more."""
        return self._done(request, order_id, resent)

    @method_decorator(require_POST)
    def remake_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Have the invoice drawn once more."""
        return self._done(request, order_id, remade)

    def invoice_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Return the invoice's PDF."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        invoice = get_object_or_404(Invoice, order_id=order_id)
        name = f"invoice-{order_id}.pdf"
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(bytes(invoice.pdf), content_type="application/pdf", headers=headers)

    def _done(self, request: HttpRequest, order_id: int, act: Callable[[Order], str]) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=order_id)
        outcome = outcome_of(order, act)
        level = messages.SUCCESS if outcome.is_done else messages.ERROR
        self.message_user(request, f"{outcome.row}: {outcome.text}", level)
        kept = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(kept, address_of(order)))


def resent(order: Order) -> str:
    """Have the e-mail about the order's status sent once more, and say so."""
    services.resend_email(order_id=order.pk)
    return _("The e-mail is being sent.")


def remade(order: Order) -> str:
    """Have the order's invoice drawn once more, and say so."""
    services.remake_invoice(order_id=order.pk)
    return _("The invoice is being generated.")
