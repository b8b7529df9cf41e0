"""Products in the admin: the list, its filters and the form."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.catalog import services
from apps.catalog.admin import product_actions
from apps.catalog.admin.imports import IMPORT_PAGES, import_tool
from apps.catalog.admin.inline_prices import PriceForm, save_price
from apps.catalog.admin.pictures import PicturesPage, picture_context
from apps.catalog.admin.product_detail import product_context
from apps.catalog.admin.product_parts import ProductPartsForm, with_attributes
from apps.catalog.admin.saving import save_by_service
from apps.catalog.admin.stock import StockPage, may_adjust_stock
from apps.catalog.admin.stocktake import StocktakePage, stocktake, stocktake_tool
from apps.catalog.admin.translated_form import text_sections, translated
from apps.catalog.exceptions import no_reduction
from apps.catalog.models import MAX_STOCK, Category, Product, ProductTranslation
from apps.catalog.shown_texts import PRODUCT_TEXTS
from apps.core.admin.changelists import (
    AutocompleteFilter,
    DateRangeFilter,
    LongListAdmin,
    NumberRangeFilter,
    RangeFilter,
)
from apps.core.admin.list_editing import ListEditingAdmin, ListedRowForm
from apps.core.admin.model_admin import StoreAutocompleteSelect
from apps.core.money import format_money
from apps.import_export.admin.exportable import ExportableAdmin, ExportPage, export_chosen, export_tool
from apps.users.current_user import current_user

FURTHER_FIELDS = (
    (_("Identification and quantities"), ("barcode", "external_id", "unit", "min_quantity", "quantity_step")),
    (_("Sizes"), ("length_mm", "width_mm", "height_mm")),
    (_("Search engines"), ("meta_title", "meta_description")),
)


class CategoryTreeFilter(AutocompleteFilter):
    """Products of a category and of those below it."""

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the products of the tree."""
        (chosen,) = (values[name] for name in self.form_fields())
        if chosen is None:
            return queryset
        # Ids, no subquery: by them the database knows which index is best.
        return queryset.filter(
            category__in=list(Category.objects.tree_of(chosen.pk).values_list("pk", flat=True))
        )


class StockFilter(RangeFilter):
    """Products of which there are so many pieces."""

    def bound(self) -> forms.Field:
        """Return a field for pieces."""
        return forms.IntegerField(required=False, min_value=0, max_value=MAX_STOCK)


class ProductForm(ProductPartsForm):
    """A product, whose crossed-out price is above its price."""

    def clean(self) -> dict[str, Any]:
        """Refuse another one. Django's own words for a broken constraint say nothing."""
        cleaned = super().clean()
        price, before = cleaned.get("price"), cleaned.get("compare_at_price")
        if price is not None and before is not None and before <= price:
            self.add_error("compare_at_price", no_reduction(before))
        return cleaned


@admin.register(Product)
class ProductAdmin(ExportableAdmin, ListEditingAdmin, LongListAdmin):
    """Products. Their stock is given once, on creation, and moved by the stock pages from then on."""

    form = translated(ProductForm, ProductTranslation, PRODUCT_TEXTS)
    counted = ngettext_lazy("%(number)s product", "%(number)s products", "count")
    list_display = ("name", "sku", "category", "price", "compare_at_price", "stock", "is_active")
    list_filter = (
        "is_active",
        ("category", CategoryTreeFilter),
        ("price", NumberRangeFilter),
        ("stock", StockFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("category",)
    search_fields = ("name", "sku")  # opens the search box; get_search_results does the work
    sortable_by = ("name", "sku", "price", "stock")
    autocomplete_fields = ("category",)
    fields = (
        "name",
        "slug",
        "sku",
        "category",
        "price",
        "compare_at_price",
        "lowest_price_30d",
        "tax_class",
        "weight_g",
        "stock",
        "description",
        "is_active",
        "created_at",
        "updated_at",
    )
    actions = (
        product_actions.activate,
        product_actions.deactivate,
        product_actions.change_price,
        product_actions.move_to_category,
        product_actions.make_group,
        product_actions.adjust_stock,
        stocktake,
        export_chosen,
    )
    pages = (PicturesPage, StockPage, StocktakePage, *IMPORT_PAGES, ExportPage)
    list_tools = (stocktake_tool, import_tool, export_tool)
    detail_context = (product_context, picture_context)
    change_form_template = "admin/catalog/product/change_form.html"
    list_editable = ("price",)
    listed_row_form = PriceForm

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """Return the products that have every word, as in the API, and that none of them comes twice."""
        return queryset.matching(search_term), False

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a category needs."""
        category = StoreAutocompleteSelect(Product._meta.get_field("category"), self.admin_site)
        return super().media + category.media

    def has_group_permission(self, request: HttpRequest) -> bool:
        """Tell Django who may use the action that makes a group of variants."""
        return bool(request.user.has_perm("catalog.add_productgroup"))

    def has_adjust_stock_permission(self, request: HttpRequest) -> bool:
        """Tell Django who may use the actions that change the stock."""
        return may_adjust_stock(request)

    def save_listed_row(self, request: HttpRequest, form: ListedRowForm, row: Product) -> str:
        """Save the price that was typed in the list, and say so. Raises ValidationError."""
        return save_price(request, form, row)

    def get_form(
        self, request: HttpRequest, obj: Product | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form, with a field for each attribute that there is."""
        return super().get_form(request, obj, change, form=with_attributes(self.form), **kwargs)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show prices as money to those who may not type them."""
        return self._as_money(request, super().get_list_display(request))

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> list[Any]:
        """Put what few products have below the rest, closed."""
        rest = [(title, {"fields": names, "classes": ["collapse"]}) for title, names in FURTHER_FIELDS]
        return [(None, {"fields": self.get_fields(request, obj)}), *rest, *text_sections(PRODUCT_TEXTS)]

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> list[Any]:
        """Do so on the page of a product, too."""
        fields = super().get_fields(request, obj)
        return self._as_money(request, fields) if obj else list(fields)

    @admin.display(description=_("price"), ordering="price")
    def shown_price(self, product: Product) -> str:
        """Return the price with its currency."""
        return format_money(product.price)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """Open the stock for a new product only."""
        always = ("lowest_price_30d", "created_at", "updated_at")
        return (*always, "stock") if obj else always

    def save_model(
        self, request: HttpRequest, obj: Product, form: "forms.ModelForm[Product]", change: bool
    ) -> None:
        """Save only the changed fields, by the services: a form opened before a sale must not undo it."""
        by = current_user(request)
        save_by_service(
            obj,
            form,
            change,
            create=partial(services.create_product, created_by=by),
            update=partial(services.update_product, changed_by=by),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """Keep products: they are deactivated, for orders refer to them."""
        return False

    def _as_money(self, request: HttpRequest, columns: Any) -> list[Any]:
        price = "price" if self.has_change_permission(request) else "shown_price"
        return [price if column == "price" else column for column in columns]
