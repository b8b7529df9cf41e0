"""What the buttons of money on an order's page are sent with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.admin.fields import AmountField
from apps.core.days import today
from apps.core.money import CENT
from apps.orders.models import Order, PaymentMethod
from apps.payments.statuses import RefundReason

MAX_NOTE_LENGTH = 1000  # characters


def money_of(order: Order, refundable: Decimal) -> str:
    """Return the state of the order's money, as a page carries it."""
    return f"{order.balance:.2f} {order.paid_total:.2f} {refundable:.2f}"


class MoneyForm(forms.Form):
    """An amount, with a note that only staff see."""

    amount = AmountField(label=_("Amount"), min_value=CENT, max_digits=15, decimal_places=2, localize=True)
    note = forms.CharField(label=_("Note"), required=False, max_length=MAX_NOTE_LENGTH)

    @classmethod
    def of(cls, form_id: str, initial: Mapping[str, Any]) -> Self:
        """Return the fields of the form with this id, which stands elsewhere on the page."""
        form = cls(initial=dict(initial), auto_id=f"id_{form_id}_%s")
        for field in form.fields.values():
            field.widget.attrs["form"] = form_id
        return form

    def values(self) -> dict[str, Any]:
        """Return what was filled in. Raises ValidationError, which names the fields."""
        if self.is_valid():
            return self.cleaned_data
        raise ValidationError(
            [f"{self[name].label}: {' '.join(map(str, errors))}" for name, errors in self.errors.items()]
        )


class ReceivedForm(MoneyForm):
    """Money that was received."""

    method = forms.ModelChoiceField(
        PaymentMethod.objects.filter(provider="manual"),
        label=_("Payment method"),
        to_field_name="code",
        empty_label=None,
    )
    received_on = forms.DateField(
        label=_("Received on"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("method", "amount", "received_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Read the methods once, where a page would read them for each attribute of their field."""
        super().__init__(*args, **kwargs)
        method = cast("forms.ModelChoiceField[PaymentMethod]", self.fields["method"])
        if not self.is_bound:
            method.choices = [(each.code, str(each)) for each in method.queryset or ()]

    def clean_received_on(self) -> Any:
        """Refuse a day to come."""
        day = self.cleaned_data["received_on"]
        if day > today():
            raise ValidationError(_("This day is still to come."), code="in_future")
        return day


class RefundForm(MoneyForm):
    """Money that is given back."""

    reason = forms.ChoiceField(label=pgettext_lazy("refund", "Reason"), choices=RefundReason.choices)
    field_order = ("amount", "reason", "note")
