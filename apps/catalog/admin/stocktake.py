"""A stocktake in the admin: many products are counted on one page."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.stock import StockPage, counted
from apps.catalog.models import MAX_STOCK, Product
from apps.core.admin.bulk_actions import MAX_CHOSEN, Outcome, chosen_rows, outcome_of, seen_of

SEEN = re.compile(r"seen_([0-9]{1,18})")


class Sheet(forms.Form):
    """The products to count, each with a cell for the pieces that were found, and one reason for all."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=AdminTextInputWidget())

    def __init__(self, products: Iterable[Product], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.products = list(products)
        for product in self.products:
            self.fields[cell_of(product)] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=MAX_STOCK,
                label=gettext("Counted quantity of %(product)s") % {"product": product},
            )

    def typed(self) -> list[Product]:
        """Return the products with something in their cell."""
        return [product for product in self.products if self.data.get(cell_of(product), "").strip()]

    def rows(self) -> list[tuple[Product, str, forms.BoundField]]:
        """Return each product with the stock that whoever counts has seen, and its cell."""
        return [
            (product, self.data.get(f"seen_{product.pk}", str(product.stock)), self[cell_of(product)])
            for product in self.products
        ]

    def outcomes(self, request: HttpRequest) -> list[Outcome]:
        """Count what is typed, unless the reason is missing, and tell what became of each product."""
        if "reason" in self.errors:
            return []

        def count(product: Product) -> str:
            cell = cell_of(product)
            if cell in self.errors:
                raise ValidationError(self.errors[cell].as_data())
            values = self.cleaned_data
            seen = seen_of(request, product)
            return counted(product, values[cell], seen, values["reason"], request.user)

        return [outcome_of(product, count) for product in self.typed()]

    def rest(self, outcomes: Sequence[Outcome]) -> "Sheet":
        """Return a sheet of what is still to count: what could not be read, or the present stock."""
        done = {
            product.pk for product, outcome in zip(self.typed(), outcomes, strict=True) if outcome.is_done
        }
        left = [product for product in self.products if product.pk not in done]
        data = self.data.copy()
        for product in left:
            if cell_of(product) not in self.errors:
                data[cell_of(product)] = ""
                data.pop(f"seen_{product.pk}", None)
        return Sheet(_present([product.pk for product in left]), data)


class StocktakePage(StockPage):
    """The page of a stocktake, for the products' ModelAdmin."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.stocktake_view)
        return [path("stocktake/", view, name="catalog_product_stocktake"), *super().get_urls()]

    def stocktake_view(self, request: HttpRequest) -> HttpResponse:
        """Show the products of the list's page (same search, filters, order), or count what was typed."""
        may_look = self.has_view_or_change_permission(request)
        if not (may_look and self.has_adjust_stock_permission(request)):
            raise PermissionDenied
        if request.method == "POST":
            return self._counted(request)
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        return self._sheet(request, Sheet(changelist.result_list), cl=changelist)

    @admin.action(description=_("Stocktake…"), permissions=["adjust_stock"])
    def stocktake(self, request: HttpRequest, queryset: QuerySet[Product]) -> TemplateResponse | None:
        """Show the chosen products to be counted."""
        products = chosen_rows(self, request, queryset)
        return None if products is None else self._sheet(request, Sheet(products))

    def _counted(self, request: HttpRequest) -> TemplateResponse:
        ids = [int(seen.group(1)) for name in request.POST if (seen := SEEN.fullmatch(name))]
        sheet = Sheet(_present(ids[:MAX_CHOSEN]), request.POST)
        outcomes = sheet.outcomes(request)
        if "reason" in sheet.errors:
            return self._sheet(request, sheet)
        if not outcomes:
            self.message_user(request, gettext("You have not entered any counts."), messages.WARNING)
        return self._sheet(request, sheet.rest(outcomes), outcomes=outcomes)

    def _sheet(self, request: HttpRequest, sheet: Sheet, **context: Any) -> TemplateResponse:
        outcomes = context.get("outcomes", [])
        done = sum(outcome.is_done for outcome in outcomes)
        context |= {
            **self.admin_site.each_context(request),
            "title": gettext("Stocktake"),
            "opts": self.opts,
            "sheet": sheet,
            "list_query": f"?{query}" if (query := request.GET.urlencode()) else "",
            "done": self.count_in_words(done),
            "refused": len(outcomes) - done,
        }
        return TemplateResponse(request, "admin/catalog/product/stocktake.html", context)


def cell_of(product: Product) -> str:
    """Return the name of the product's cell."""
    return f"count_{product.pk}"


def _present(ids: Sequence[int]) -> list[Product]:
    """Return the products as they are now, in the order of the ids."""
    products = Product.objects.in_bulk(ids)
    return [products[pk] for pk in ids if pk in products]
