"""Payments and refunds in the admin, to be read: what moves money stands on the pages of orders."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet, TextChoices
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from apps.core.admin.changelists import DateRangeFilter, LongListAdmin
from apps.core.api.fields import MAX_ID_DIGITS
from apps.core.money import format_money
from apps.jobs.subjects import link_to
from apps.orders.admin.order_filters import PaymentMethodFilter
from apps.orders.admin.provider_names import NAMES, provider_name
from apps.orders.jobs import subject_of
from apps.payments.admin.order_section import reason_in_words
from apps.payments.models import Payment, Refund
from apps.payments.providers import CLASSES
from apps.payments.statuses import PaymentState, RefundState


class ProviderFilter(admin.SimpleListFilter):
    """Payments by their provider."""

    title, parameter_name = pgettext_lazy("payment", "provider"), "provider"
    column = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the providers."""
        return [(code, provider_name(code)) for code in NAMES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what went through the chosen one."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class MethodFilter(PaymentMethodFilter):
    """Payments by their method."""

    parameter_name, column = "method", "method"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of the chosen method."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class ProviderOfPaymentFilter(ProviderFilter):
    """Refunds by the provider of their payment."""

    column = "payment__provider"


class MethodOfPaymentFilter(MethodFilter):
    """Refunds by the method of their payment."""

    column = "payment__method"


class MoneyAdmin(LongListAdmin):
    """Rows of money, which services write and nobody edits. They are found by order and by either number."""

    search_fields = ("uid",)  # opens the search box; get_search_results does the work
    search_help_text = _("Order number, or number of the payment or refund, ours or the payment service’s")
    sortable_by = ()  # the last one comes first

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows with this number."""
        term = search_term.strip()
        return (queryset.filter(self.numbered(term)) if term else queryset), False

    def numbered(self, term: str) -> Q:
        """Return the condition of the rows with this number, whosever it is."""
        found = self.numbered_by_provider(term)
        if term.isascii() and term.isdigit() and len(term) <= MAX_ID_DIGITS:
            found |= Q(order_id=int(term))
        try:
            return found | Q(uid=UUID(term))
        except ValueError:
            return found

    def numbered_by_provider(self, term: str) -> Q:
        """Return the condition of the rows that the provider calls so."""
        return Q(provider_id=term)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Show all of the page."""
        return list(self.get_fields(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to the page of the order."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody edit money."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep it for the books."""
        return False


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    """Payments, with their refunds, callbacks and receipts."""

    counted = ngettext_lazy("%(number)s payment", "%(number)s payments", "count")
    list_filter = ("status", ProviderFilter, MethodFilter, ("created_at", DateRangeFilter))
    change_form_template = "admin/payments/payment/change_form.html"

    def numbered_by_provider(self, term: str) -> Q:
        """Return the condition; the index of these numbers begins with the provider."""
        return Q(provider__in=CLASSES, provider_id=term)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show the orders as links, to those who may look at them."""
        return [
            "created_at",
            _order_for(request),
            "shown_method",
            "shown_provider",
            "shown_status",
            "shown_amount",
            "shown_captured",
            "shown_refunded",
        ]

    def get_fields(self, request: HttpRequest, obj: Payment | None = None) -> list[Any]:
        """Show what there is to say of the payment."""
        when = ["created_at", "created_by", "received_at", "expires_at", "checked_at"]
        how = ["shown_method", "shown_provider", "provider_id", "card_brand", "card_last4", "failure_code"]
        much = ["shown_amount", "shown_captured", "shown_refunded", "shown_excess"]
        marks = ["is_current", "is_stray", "refund_blocked"]
        return ["uid", _order_for(request), "shown_status", *much, *how, *when, *marks, "note"]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Show refunds, callbacks and receipts, too."""
        payment: Payment = kwargs["obj"]
        context |= {
            "refunds": payment.refunds.select_related("created_by"),
            "events": payment.events.all(),
            "receipts": payment.receipts.all(),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("payment method"))
    def shown_method(self, payment: Payment) -> str:
        """Return the method, as it was called."""
        return payment.method_name

    @admin.display(description=pgettext_lazy("payment", "provider"))
    def shown_provider(self, payment: Payment) -> str:
        """Return what the provider is called."""
        return provider_name(payment.provider)

    @admin.display(description=_("status"))
    def shown_status(self, payment: Payment) -> SafeString:
        """Return the status in its colour."""
        return _badge(PaymentState, payment.status)

    @admin.display(description=_("amount"))
    def shown_amount(self, payment: Payment) -> str:
        """Return what was asked for."""
        return format_money(payment.amount, payment.currency)

    @admin.display(description=pgettext_lazy("payment", "received"))
    def shown_captured(self, payment: Payment) -> str:
        """Return what came."""
        return format_money(payment.captured, payment.currency)

    @admin.display(description=_("given back"))
    def shown_refunded(self, payment: Payment) -> str:
        """Return what went back."""
        return format_money(payment.refunded, payment.currency)

    @admin.display(description=_("paid by mistake"))
    def shown_excess(self, payment: Payment) -> str:
        """Return what of it was not due."""
        return format_money(payment.excess, payment.currency)


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    """Refunds, with their payments."""

    counted = ngettext_lazy("%(number)s refund", "%(number)s refunds", "count")
    list_filter = ("status", ProviderOfPaymentFilter, MethodOfPaymentFilter, ("created_at", DateRangeFilter))
    list_select_related = ("payment", "created_by")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show the orders as links, to those who may look at them."""
        order = _order_for(request)
        return [
            "created_at",
            order,
            "method",
            "shown_status",
            "shown_amount",
            "cause",
            "shown_reason",
            "created_by",
        ]

    def get_fields(self, request: HttpRequest, obj: Refund | None = None) -> list[Any]:
        """Show what there is to say of the refund."""
        why = ["cause", "shown_reason", "shown_allowance", "note", "failure_code"]
        when = ["created_at", "created_by", "ended_at"]
        head = ["uid", _order_for(request), "payment", "method", "provider_id"]
        return [*head, "shown_status", "shown_amount", *why, *when]

    @admin.display(description=_("payment method"))
    def method(self, refund: Refund) -> str:
        """Return how it was paid."""
        return refund.payment.method_name

    @admin.display(description=_("status"))
    def shown_status(self, refund: Refund) -> SafeString:
        """Return the status in its colour."""
        return _badge(RefundState, refund.status)

    @admin.display(description=_("amount"))
    def shown_amount(self, refund: Refund) -> str:
        """Return how much goes back."""
        return format_money(refund.amount, refund.payment.currency)

    @admin.display(description=_("allowance"))
    def shown_allowance(self, refund: Refund) -> str:
        """Return by how much it lowered what is due."""
        return format_money(refund.allowance, refund.payment.currency)

    @admin.display(description=pgettext_lazy("refund", "reason"), empty_value="—")
    def shown_reason(self, refund: Refund) -> str:
        """Return why staff made it."""
        return reason_in_words(refund.reason)


def _badge(choices: type[TextChoices], status: str) -> SafeString:
    return format_html('<span class="store-status store-{}">{}</span>', status, choices(status).label)


def _order_for(request: HttpRequest) -> Callable[[Payment | Refund], str]:
    @admin.display(description=_("order"))
    def order(row: Payment | Refund) -> str:
        return link_to(subject_of(row.order_id), request.user)

    return order
