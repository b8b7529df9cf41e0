"""The stock of one product in the admin: its ledger, and how it is adjusted."""

import re

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.product_actions import AdjustForm, adjusted
from apps.catalog.exceptions import StockChanged
from apps.catalog.models import MAX_STOCK, Product
from apps.catalog.stock import count_stock
from apps.core.admin.bulk_actions import outcome_of, seen_of
from apps.core.admin.changelists import BoundedPaginator
from apps.core.admin.pages import AdminPage
from apps.users.current_user import current_user
from apps.users.models import User

MOVEMENTS_PER_PAGE = 50
PIECES = re.compile(r"[0-9]{1,10}")


class CountForm(forms.Form):
    """How many pieces were found, and why somebody counted."""

    count = forms.IntegerField(label=_("Counted quantity"), min_value=0, max_value=MAX_STOCK)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=AdminTextInputWidget())


def may_adjust_stock(request: HttpRequest) -> bool:
    """Let those change stock who may in the API."""
    return request.user.has_perm("catalog.add_stockmovement")


def may_view_stock(request: HttpRequest) -> bool:
    """Let those read the ledger who may in the API."""
    return request.user.has_perm("catalog.view_stockmovement")


class StockPage(AdminPage):
    """The page of a product's stock: its ledger, newest first, and the forms that change it."""

    route, name = "<int:product_id>/stock/", "stock"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may see the products and the ledger."""
        return super().has_permission(request) and may_view_stock(request)

    def get(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Show the ledger, with empty forms."""
        return self._shown(get_object_or_404(Product, pk=product_id), _forms())

    def post(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Change the stock by pieces, or to what was counted."""
        product, forms = get_object_or_404(Product, pk=product_id), _forms()
        kind = "count" if "count" in request.POST else "adjust"
        forms[kind] = type(forms[kind])(request.POST, auto_id=f"id_{kind}_%s")
        if self._is_moved(request, product, forms[kind]):
            return HttpResponseRedirect(request.get_full_path())
        return self._shown(product, forms)

    def _is_moved(self, request: HttpRequest, product: Product, form: forms.Form) -> bool:
        """Do what the form says, if it can be read; what became of it is told by a message."""
        if not may_adjust_stock(request):
            raise PermissionDenied
        if not form.is_valid():
            return False
        values, by = form.cleaned_data, current_user(request)
        if "delta" in values:
            outcome = outcome_of(product, lambda row: adjusted(row, values["delta"], values["reason"], by))
        else:
            seen = seen_of(request, product)
            outcome = outcome_of(
                product, lambda row: counted(row, values["count"], seen, values["reason"], by)
            )
        level = messages.SUCCESS if outcome.is_done else messages.ERROR
        self.model_admin.message_user(request, f"{outcome.row}: {outcome.text}", level)
        return True

    def _shown(self, product: Product, forms: dict[str, forms.Form]) -> HttpResponse:
        movements = product.stock_movements.select_related("created_by")
        page = BoundedPaginator(movements, MOVEMENTS_PER_PAGE).get_page(self.request.GET.get("p"))
        context = {
            "title": gettext("Stock: %(product)s") % {"product": product},
            "product": product,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "forms": forms if may_adjust_stock(self.request) else None,
        }
        return self.render("admin/catalog/product/stock.html", context)


def _forms() -> dict[str, forms.Form]:
    return {"adjust": AdjustForm(auto_id="id_adjust_%s"), "count": CountForm(auto_id="id_count_%s")}


def counted(product: Product, count: int, seen: str, reason: str, by: User) -> str:
    """Bring the product's stock to the counted pieces, and say how it has changed.

    Raises ValidationError when it is not the seen one any more: what was sold meanwhile was perhaps counted.
    """
    last_seen = int(seen) if PIECES.fullmatch(seen) else -1
    try:
        movement = count_stock(
            product_id=product.pk, count=count, last_seen=last_seen, reason=reason, created_by=by
        )
    except StockChanged as refusal:
        text = gettext(
            "The stock was %(last_seen)s when you opened the page and is %(stock)d now. Count again."
        )
        raise ValidationError(text % {"last_seen": seen or "—", "stock": refusal.stock}) from refusal
    values = {"delta": movement.delta, "stock": movement.stock}
    if not movement.delta:
        return gettext("unchanged: %(stock)d") % values
    return gettext("%(delta)+d, now in stock: %(stock)d") % values
