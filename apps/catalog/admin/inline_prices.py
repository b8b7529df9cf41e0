"""Inline editing of prices in the admin's list of products."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.catalog import services
from apps.catalog.models import Product
from apps.core.admin.list_editing import ListedRowForm
from apps.core.admin.optimistic_locking import unless_changed
from apps.core.money import CENT, format_money
from apps.users.current_user import current_user


class PriceForm(ListedRowForm):
    """The price of one row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("Price of %(product)s") % {"product": self.instance}
        self.fields["price"].widget.attrs["aria-label"] = label


def save_price(request: HttpRequest, form: ListedRowForm, product: Product) -> str:
    """Save the typed price, and say so.

    Raises ValidationError when it is none, or when the price is not the seen one any more.
    """
    if not form.is_valid():
        raise ValidationError(form.errors["price"].as_data())
    seen, price = form.seen("price"), form.cleaned_data["price"].quantize(CENT)
    services.update_product(
        product.pk,
        changed_by=current_user(request),
        precondition=unless_changed("price", str(seen)),
        price=price,
    )
    return f"{format_money(seen)} → {format_money(price)}"
