"""Payment methods in the admin: one page for each, with whom it is offered to and what customers read."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.audit.audited_admin import AuditedAdmin
from apps.audit.services import record_change
from apps.core.admin.optimistic_locking import VersionedForm
from apps.orders.admin.provider_names import provider_name
from apps.orders.models import PaymentMethod, PaymentTerms


class PaymentMethodForm(VersionedForm):
    """A payment method, whose limits are in order."""

    provider = forms.ChoiceField(
        label=pgettext_lazy("payment", "Provider"),
        help_text=_("Who takes the money. By hand: a transfer, cash, or a card on delivery."),
        initial="manual",
    )

    class Meta:
        widgets = {"delivery_methods": forms.CheckboxSelectMultiple}
        help_texts = {
            "terms": _("When the customer pays."),
            "expire_minutes": _(
                "Usual are 30 for online payments and 4320 (three days) for invoices. Leave empty for never."
            ),
            "moves_to_processing": _("Payment on delivery never does that."),
            "min_total": _("Of the whole order, with delivery."),
            "instructions_ru": _("What customers read after they have ordered."),
            "instructions_en": _("Leave empty to use the Russian instructions."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider" in self.fields:
            present = [] if self.instance._state.adding else [self.instance.provider]
            codes = dict.fromkeys([*settings.PAYMENT_PROVIDERS, *present])
            self.fields["provider"].choices = [(code, _called(code)) for code in codes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse limits that no order can keep, and to cancel what is paid on delivery before that."""
        cleaned = super().clean()
        if cleaned.get("terms") == PaymentTerms.ON_DELIVERY and cleaned.get("expire_minutes") is not None:
            text = _("Leave this empty: the money comes on delivery.")
            self.add_error("expire_minutes", ValidationError(text, code="on_delivery"))
        least, most = cleaned.get("min_total"), cleaned.get("max_total")
        if least is not None and most is not None and most < least:
            text = _("The maximum is below the minimum.")
            self.add_error("max_total", ValidationError(text, code="not_in_order"))
        return cleaned


@admin.register(PaymentMethod)
class PaymentMethodAdmin(AuditedAdmin):
    """Payment methods: what they are called, by which terms, and for which orders."""

    form = PaymentMethodForm
    counted = ngettext_lazy("%(number)s payment method", "%(number)s payment methods", "count")
    list_display = ("shown_name", "code", "shown_provider", "terms", "is_active", "position")
    list_filter = ("is_active", "terms")
    search_fields = ("name_ru", "name_en", "code")
    radio_fields = {"terms": admin.HORIZONTAL}
    fieldsets = (
        (None, {"fields": ("name_ru", "name_en", "code", "is_active", "position")}),
        (_("Payment"), {"fields": ("provider", "terms", "expire_minutes", "moves_to_processing")}),
        (_("Offered for"), {"fields": ("min_total", "max_total", "delivery_methods")}),
        (_("Instructions"), {"fields": ("instructions_ru", "instructions_en")}),
    )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the delivery methods, with an entry of those before and after."""
        method: PaymentMethod = form.instance
        before = _delivery_methods(method)
        super().save_related(request, form, formsets, change)
        after = _delivery_methods(method)
        if before != after:
            record_change(method, {"delivery_methods": [before, after]})

    @admin.display(description=pgettext_lazy("payment", "provider"), ordering="provider")
    def shown_provider(self, method: PaymentMethod) -> str:
        """Return the provider, and whether it is switched off: then the method is not offered."""
        return _called(method.provider)

    @admin.display(description=_("name"), ordering="name_ru")
    def shown_name(self, method: PaymentMethod) -> str:
        """Return the name in the reader's language."""
        return method.name


def _called(provider: str) -> str:
    name = provider_name(provider)
    if provider in settings.PAYMENT_PROVIDERS:
        return name
    return gettext("%(provider)s (switched off: not offered)") % {"provider": name}


def _delivery_methods(method: PaymentMethod) -> list[str]:
    return [f"{each.pk}: {each}" for each in method.delivery_methods.order_by("pk")]
