"""Delivery methods in the admin: one page for each, with its rates and a calculator."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.audit.audited_admin import AuditedAdmin
from apps.core.admin.inlines import DistinctRowsFormSet, StoreInline
from apps.core.admin.optimistic_locking import VersionedForm
from apps.delivery.admin.calculator import calculator_context
from apps.delivery.models import DeliveryKind, DeliveryMethod, DeliveryRate

ORDERED = (
    ("min_total", "max_total", _("The maximum is below the minimum.")),
    ("days_min", "days_max", _("This is less than “days, at least”.")),
)


class DeliveryMethodForm(VersionedForm):
    """A method, whose limits are in order."""

    def clean(self) -> dict[str, Any]:
        """Refuse what would never be offered. Django's own words for a broken constraint say nothing."""
        cleaned = super().clean()
        for least, most, text in ORDERED:
            low, high = cleaned.get(least), cleaned.get(most)
            if low is not None and high is not None and high < low:
                self.add_error(most, ValidationError(text, code="not_in_order"))
        if cleaned.get("kind") == DeliveryKind.PICKUP_POINT and not cleaned.get("carrier"):
            text = _("Say whose pick-up points can be chosen.")
            self.add_error("carrier", ValidationError(text, code="required"))
        return cleaned


class RateFormSet(DistinctRowsFormSet):
    """The rates of a method, each of another step."""

    distinct = ("zone", "from_total", "from_weight_g")
    duplicate_message = _("There is another rate for this zone, total and weight.")


class RateInline(StoreInline):
    """The rates, by zone and step."""

    model = DeliveryRate
    formset = RateFormSet
    fields = ("zone", "from_total", "from_weight_g", "price")
    ordering = (F("zone__name").asc(nulls_last=True), "zone", "from_total", "from_weight_g")


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(AuditedAdmin):
    """Delivery methods: what they are called, whom they reach, what they cost."""

    form = DeliveryMethodForm
    counted = ngettext_lazy("%(number)s delivery method", "%(number)s delivery methods", "count")
    list_display = ("shown_name", "code", "kind", "is_active", "position")
    list_filter = ("is_active", "kind")
    search_fields = ("name_ru", "name_en", "code")
    inlines = (RateInline,)
    fieldsets = (
        (None, {"fields": ("name_ru", "name_en", "code", "kind", "carrier", "is_active", "position")}),
        (_("Limits"), {"fields": ("min_total", "max_total", "max_weight_g", "needs_phone")}),
        (_("Time"), {"fields": ("days_min", "days_max")}),
        (_("Price"), {"fields": ("free_from", "free_from_basis", "tax_class")}),
    )
    detail_context = (calculator_context,)
    change_form_template = "admin/delivery/deliverymethod/change_form.html"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rates; warn when there are none, since the method would silently be offered to nobody."""
        super().save_related(request, form, formsets, change)
        method: DeliveryMethod = form.instance
        if method.is_active and not method.rates.exists():
            text = _(
                "Customers cannot choose the method until it has a rate. For a free one, add a rate of 0."
            )
            self.message_user(request, text, messages.WARNING)

    @admin.display(description=_("name"), ordering="name_ru")
    def shown_name(self, method: DeliveryMethod) -> str:
        """Return the name in the reader's language."""
        return method.name
