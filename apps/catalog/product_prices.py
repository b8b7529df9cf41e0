"""The prices in the admin's list of products, which can be typed in place."""

import re
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import localize
from django.utils.translation import gettext as _

from apps.catalog import services
from apps.catalog.models import Product
from apps.catalog.product_changes import CENT
from apps.common.bulk_changes import outcome_of

ROW = re.compile(r"form-\d+-id")
ROW_ID = re.compile(r"[0-9]{1,18}")


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """The price of one row, and the price that was seen when the list was opened.

    Django would compare with the present price, and write an old one back that nobody has touched.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields["price"]
        price.show_hidden_initial = True
        price.widget.attrs["aria-label"] = _("Price of %(product)s") % {"product": self.instance}

    @property
    def seen_price(self) -> str:
        """Return the price as it was shown; empty when the form does not say."""
        return str(self.data.get(self.add_initial_prefix("price"), ""))


class EditablePrices(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of products whose prices are saved row by row: one that is refused does not stop the rest."""

    list_editable = ("price",)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Let each row carry the price that was seen."""
        return super().get_changelist_form(request, form=PriceForm, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Save the prices that were typed; else show the list."""
        if request.method != "POST" or "_save" not in request.POST:
            return super().changelist_view(request, extra_context)
        if not self.has_change_permission(request):
            raise PermissionDenied
        for form in self._typed(request):
            outcome = outcome_of(form.instance, partial(_saved, form, request.user))
            level = messages.SUCCESS if outcome.is_done else messages.ERROR
            self.message_user(request, f"{outcome.row}: {outcome.text}", level)
        return HttpResponseRedirect(request.get_full_path())

    def _typed(self, request: HttpRequest) -> list[Any]:
        """Return the forms of the rows whose price is not the one that was shown."""
        prefixes = {
            int(str(product_id)): name.removesuffix("-id")
            for name, product_id in request.POST.items()
            if ROW.fullmatch(name) and ROW_ID.fullmatch(str(product_id))
        }
        form_class = self.get_changelist_form(request, fields=self.list_editable)
        products = Product.objects.in_bulk(list(prefixes))
        forms = [
            form_class(request.POST, prefix=prefix, instance=products[pk])
            for pk, prefix in prefixes.items()
            if pk in products
        ]
        return [form for form in forms if form.has_changed()]


def _saved(form: Any, by: Any, product: Product) -> str:
    """Save the typed price, and say so.

    Raises ValidationError when it is none, or when the price is not the seen one any more.
    """
    if not form.is_valid():
        raise ValidationError(form.errors["price"].as_data())
    price = form.cleaned_data["price"].quantize(CENT)
    services.update_product(
        product.pk,
        changed_by=by,
        precondition=services.seen_as("price", form.seen_price),
        price=price,
    )
    return f"{localize(form.fields['price'].to_python(form.seen_price))} → {localize(price)}"
