"""The prices in the admin's list of products, which can be typed in place."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.catalog import services
from apps.catalog.models import Product
from apps.core.admin.list_editing import ListEditingAdmin, ListedRowForm
from apps.core.admin.optimistic_locking import unless_changed
from apps.core.money import CENT, format_money
from apps.users.models import User


class PriceForm(ListedRowForm):
    """The price of one row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("Price of %(product)s") % {"product": self.instance}
        self.fields["price"].widget.attrs["aria-label"] = label


class EditablePrices(ListEditingAdmin):
    """A list of products whose prices can be typed."""

    list_editable = ("price",)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each cell for those who cannot see the row."""
        return super().get_changelist_form(request, form=PriceForm, **kwargs)

    def save_listed_row(self, request: HttpRequest, form: ListedRowForm, row: Product) -> str:
        """Save the typed price, and say so.

        Raises ValidationError when it is none, or when the price is not the seen one any more.
        """
        if not form.is_valid():
            raise ValidationError(form.errors["price"].as_data())
        seen, price = form.seen("price"), form.cleaned_data["price"].quantize(CENT)
        services.update_product(
            row.pk,
            changed_by=cast(User, request.user),
            precondition=unless_changed("price", str(seen)),
            price=price,
        )
        return f"{format_money(seen)} → {format_money(price)}"
