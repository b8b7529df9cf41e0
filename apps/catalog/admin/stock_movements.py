"""Stock movements in the admin: the ledger, read only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.catalog.models import REASONED, Product, StockMovement
from apps.core.admin.changelists import (
    AutocompleteFilter,
    DateRangeFilter,
    LongListAdmin,
)
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.api.fields import MAX_ID_DIGITS


@admin.register(StockMovement)
class StockMovementAdmin(LongListAdmin):
    """The ledger of stock, to be read. That of one product has a page of its own."""

    counted = ngettext_lazy("%(number)s movement", "%(number)s movements", "count")
    list_display = ("created_at", "product", "kind", "signed", "stock", "order_id", "reason", "created_by")
    list_filter = ("kind", ("created_at", DateRangeFilter), ("product", AutocompleteFilter))
    list_select_related = ("product", "created_by")
    search_fields = ("order_id",)  # opens the search box; get_search_results does the work
    search_help_text = _("SKU, order number or part of the reason")
    ordering = ("-created_at", "-pk")  # as the index has them, by which a range of days is found
    sortable_by = ()

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a product needs."""
        product = StoreAutocompleteSelect(StockMovement._meta.get_field("product"), self.admin_site)
        return super().media + product.media

    @admin.display(description=_("change"))
    def signed(self, movement: StockMovement) -> str:
        """Return by how much the stock changed, as the page of the product shows it."""
        return f"{movement.delta:+}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the movements of the product or of the order that is named, else those with the reason.

        Only what staff have moved has a reason, so no sale is looked at for it.
        """
        term = search_term.strip()
        if not term:
            return queryset, False
        products = list(Product.objects.with_skus([term]).values_list("pk", flat=True))
        if term.isascii() and term.isdigit() and len(term) <= MAX_ID_DIGITS:
            return queryset.filter(Q(product__in=products) | Q(order_id=int(term))), False
        if products:
            return queryset.filter(product__in=products), False
        found = queryset.filter(kind__in=REASONED, reason__icontains=term)
        # By kind first: else the database would look for them among all sales, from the latest on.
        return found.order_by("kind", "-created_at", "-pk"), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to the actions on products, which change the stock too."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: StockMovement | None = None) -> bool:
        """Let nobody rewrite the ledger."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StockMovement | None = None) -> bool:
        """Let nobody shorten it."""
        return False
