"""Redemptions in the admin: which orders used which promotion, read only."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.admin.changelists import AutocompleteFilter, DateRangeFilter, LongListAdmin
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.api.fields import MAX_ID_DIGITS
from apps.jobs.subjects import link_to
from apps.promotions.models import Redemption, code_as_kept


@admin.register(Redemption)
class RedemptionAdmin(LongListAdmin):
    """Uses of promotions, to be read."""

    counted = ngettext_lazy("%(number)s use", "%(number)s uses", "count")
    list_filter = (("promotion", AutocompleteFilter), ("created_at", DateRangeFilter))
    list_select_related = ("promotion", "code", "user")
    search_fields = ("order_id",)  # opens the search box; get_search_results does the work
    search_help_text = _("Order number or code")
    sortable_by = ()

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a promotion needs."""
        promotion = StoreAutocompleteSelect(Redemption._meta.get_field("promotion"), self.admin_site)
        return super().media + promotion.media

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show the orders as links, to those who may look at them."""
        return ["created_at", "promotion", "code", _order_for(request), "user", "released_at"]

    def get_fields(self, request: HttpRequest, obj: Redemption | None = None) -> list[Any]:
        """Do so on the page of a use, too."""
        return ["promotion", "code", _order_for(request), "user", "counted", "created_at", "released_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Redemption | None = None) -> list[Any]:
        """Show all of it."""
        return self.get_fields(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the uses by the order of this number, or of the code."""
        term = search_term.strip()
        if not term:
            return queryset, False
        by_code = queryset.filter(code__code=code_as_kept(term))
        is_number = term.isascii() and term.isdigit() and len(term) <= MAX_ID_DIGITS
        return (by_code | queryset.filter(order_id=int(term)) if is_number else by_code), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to orders."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Redemption | None = None) -> bool:
        """Let nobody rewrite what was used."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Redemption | None = None) -> bool:
        """Let nobody forget it."""
        return False


def _order_for(request: HttpRequest) -> Callable[[Redemption], str]:
    @admin.display(description=_("order"))
    def order(redemption: Redemption) -> str:
        return link_to(f"order:{redemption.order_id}", request.user)

    return order
