"""How staff find categories, products and movements of stock. What they do with products stands beside."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.catalog import product_changes, services
from apps.catalog.category_tree import CategoryTree
from apps.catalog.import_admin import ImportingAdmin
from apps.catalog.models import MAX_STOCK, REASONED, Category, Product, StockMovement
from apps.catalog.product_page import ProductPage
from apps.catalog.product_prices import EditablePrices
from apps.catalog.stocktake_page import StocktakePage
from apps.common.admin_lists import (
    AutocompleteFilter,
    DateRangeFilter,
    LongListAdmin,
    NumberRangeFilter,
    RangeFilter,
)
from apps.common.fields import MAX_ID_DIGITS
from apps.common.money import priced
from apps.common.store_admin import StoreAdmin, StoreAutocompleteSelect
from apps.exports.list_admin import ExportableAdmin

INDENTATION, BRANCH = "\N{EM SPACE}\N{EM SPACE}", "└ "
DEEPEST = 10  # steps that are still indented further


class FoldedSearchAdmin(StoreAdmin):
    """Rows that are searched as in the API: whatever the case, Cyrillic included, on every database."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that have every word, and that none of them comes twice."""
        return queryset.matching(search_term), False


@admin.register(Category)
class CategoryAdmin(FoldedSearchAdmin):
    """Categories, as the tree that they are."""

    counted = ngettext_lazy("%(number)s category", "%(number)s categories", "count")
    list_display = ("shown_name", "parent", "slug", "products", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("parent",)
    list_max_show_all = 0
    show_full_result_count = False
    search_fields = ("name",)  # opens the search box; get_search_results does the work
    sortable_by = ("shown_name", "slug")
    autocomplete_fields = ("parent",)
    fields = ("name", "slug", "parent", "description", "is_active", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CategoryTree]:
        """Show the tree."""
        return CategoryTree

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, category: Category) -> str:
        """Return the name, indented by its depth in the tree."""
        depth = category.place.depth
        return f"{INDENTATION * min(depth, DEEPEST)}{BRANCH if depth else ''}{category.name}"

    @admin.display(description=_("products"))
    def products(self, category: Category) -> str:
        """Return how many products are in it and below, leading to them."""
        address = reverse("admin:catalog_product_changelist")
        number = category.place.products
        return format_html('<a href="{}?category__id__exact={}">{}</a>', address, category.pk, number)

    def lock(self, lookup: dict[str, Any], *, no_key: bool = True) -> None:
        """Lock the tree, as the services do: in another order they would wait for each other."""
        super().lock({}, no_key=no_key)

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Save through the services, which make the slug and lock the tree."""
        _save(obj, form, change, create=services.create_category, update=services.update_category)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        """Delete the category, which the audit trail tells."""
        services.delete_category(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Delete the categories."""
        for category in queryset.order_by("pk"):
            services.delete_category(category.pk)


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


@admin.register(Product)
class ProductAdmin(
    ProductPage,
    StocktakePage,
    EditablePrices,
    ImportingAdmin,
    ExportableAdmin,
    FoldedSearchAdmin,
    LongListAdmin,
):
    """Products. Their stock is given once, on creation, and moved by the stock pages from then on."""

    counted = ngettext_lazy("%(number)s product", "%(number)s products", "count")
    list_display = ("name", "sku", "category", "price", "stock", "is_active")
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
        "stock",
        "description",
        "is_active",
        "created_at",
        "updated_at",
    )
    actions = (
        product_changes.activate,
        product_changes.deactivate,
        product_changes.change_price,
        product_changes.move_to_category,
        product_changes.adjust_stock,
        "stocktake",
    )

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a category needs."""
        category = StoreAutocompleteSelect(Product._meta.get_field("category"), self.admin_site)
        return super().media + category.media

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead from the list to a stocktake of what it shows."""
        query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
        stocktake = {
            "may_take_stock": self.has_adjust_stock_permission(request),
            "stocktake_query": query,
        }
        return super().changelist_view(request, {**stocktake, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show prices as money to those who may not type them."""
        return self._as_money(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> list[Any]:
        """Do so on the page of a product, too."""
        fields = super().get_fields(request, obj)
        return self._as_money(request, fields) if obj else list(fields)

    @admin.display(description=_("price"), ordering="price")
    def shown_price(self, product: Product) -> str:
        """Return the price with its currency."""
        return priced(product.price)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """Open the stock for a new product only."""
        always = ("created_at", "updated_at")
        return (*always, "stock") if obj else always

    def save_model(self, request: HttpRequest, obj: Product, form: forms.ModelForm, change: bool) -> None:
        """Save only the changed fields, by the services: a form opened before a sale must not undo it."""
        by = request.user
        _save(
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


def _save(obj: Any, form: forms.ModelForm, change: bool, *, create: Any, update: Any) -> None:
    if change:
        update(obj.pk, **{name: form.cleaned_data[name] for name in form.changed_data})
        return
    created = create(**form.cleaned_data)
    obj.pk, obj.slug = created.pk, created.slug
