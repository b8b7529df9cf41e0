"""A stocktake in the admin: many products are counted on one page."""

import re
from collections.abc import Iterable, Sequence

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.stock import counted, may_adjust_stock
from apps.catalog.models import MAX_STOCK, Product
from apps.core.admin.bulk_actions import MAX_CHOSEN, Outcome, chosen_rows, outcome_of, seen_of
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.pages import AdminPage, ListTool, PagedAdmin
from apps.users.current_user import current_user

SEEN = re.compile(r"seen_([0-9]{1,18})")


class Sheet(forms.Form):
    """The products to count, each with a cell for the pieces that were found, and one reason for all."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=AdminTextInputWidget())

    def __init__(self, products: Iterable[Product], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.sent = QueryDict() if data is None else data
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
            return counted(product, values[cell], seen, values["reason"], current_user(request))

        return [outcome_of(product, count) for product in self.typed()]

    def rest(self, outcomes: Sequence[Outcome]) -> "Sheet":
        """Return a sheet of what is still to count: what could not be read, or the present stock."""
        done = {
            product.pk for product, outcome in zip(self.typed(), outcomes, strict=True) if outcome.is_done
        }
        left = [product for product in self.products if product.pk not in done]
        data = self.sent.copy()
        for product in left:
            if cell_of(product) not in self.errors:
                data[cell_of(product)] = ""
                data.pop(f"seen_{product.pk}", None)
        return Sheet(_present([product.pk for product in left]), data)


class StocktakePage(AdminPage):
    """The page of a stocktake."""

    route, name = "stocktake/", "stocktake"
    model_admin: StoreAdmin

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may see the products and change their stock."""
        return super().has_permission(request) and may_adjust_stock(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the products of the list's page: same search, filters and order."""
        try:
            changelist = self.model_admin.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        return _sheet_page(self.model_admin, request, Sheet(changelist.result_list), changelist=changelist)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Count what was typed."""
        ids = [int(seen.group(1)) for name in request.POST if (seen := SEEN.fullmatch(name))]
        sheet = Sheet(_present(ids[:MAX_CHOSEN]), request.POST)
        outcomes = sheet.outcomes(request)
        if "reason" in sheet.errors:
            return _sheet_page(self.model_admin, request, sheet)
        if not outcomes:
            text = gettext("You have not entered any counts.")
            self.model_admin.message_user(request, text, messages.WARNING)
        return _sheet_page(self.model_admin, request, sheet.rest(outcomes), outcomes=outcomes)


def stocktake_tool(model_admin: PagedAdmin, request: HttpRequest) -> ListTool | None:
    """Return the link from the list to a stocktake of what it shows."""
    if not may_adjust_stock(request):
        return None
    query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
    return ListTool(reverse("admin:catalog_product_stocktake") + query, _("Stocktake of this page"))


@admin.action(description=_("Stocktake…"), permissions=["adjust_stock"])
def stocktake(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Show the chosen products to be counted."""
    products = chosen_rows(model_admin, request, queryset)
    return None if products is None else _sheet_page(model_admin, request, Sheet(products))


def _sheet_page(
    model_admin: StoreAdmin,
    request: HttpRequest,
    sheet: Sheet,
    *,
    outcomes: Sequence[Outcome] = (),
    changelist: ChangeList | None = None,
) -> TemplateResponse:
    done = sum(outcome.is_done for outcome in outcomes)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Stocktake"),
        "opts": model_admin.opts,
        "sheet": sheet,
        "cl": changelist,
        "outcomes": outcomes,
        "list_query": f"?{query}" if (query := request.GET.urlencode()) else "",
        "done": model_admin.count_in_words(done),
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
