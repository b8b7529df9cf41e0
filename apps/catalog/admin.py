"""How staff work with the catalogue."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.catalog import services, stock
from apps.catalog.exceptions import StockOutOfRange
from apps.catalog.import_admin import ImportingAdmin
from apps.catalog.models import MAX_STOCK, Category, Product, StockMovement
from apps.exports.list_admin import ExportableAdmin


class FoldedSearchAdmin(admin.ModelAdmin):
    """Rows that are searched as in the API: whatever the case, Cyrillic included, on every database."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that have every word, and that none of them comes twice."""
        return queryset.matching(search_term), False


@admin.register(Category)
class CategoryAdmin(FoldedSearchAdmin):
    """Categories."""

    list_display = ("name", "parent", "slug", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("parent",)
    search_fields = ("name",)  # opens the search box; get_search_results does the work
    autocomplete_fields = ("parent",)
    fields = ("name", "slug", "parent", "description", "is_active", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Save through the services, which make the slug and lock the tree."""
        _save(obj, form, change, create=services.create_category, update=services.update_category)


class StockActionForm(ActionForm):
    """What the action that changes stock needs to know."""

    delta = forms.IntegerField(
        label=_("Pieces (+/−)"), required=False, min_value=-MAX_STOCK, max_value=MAX_STOCK
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


@admin.register(Product)
class ProductAdmin(ImportingAdmin, ExportableAdmin, FoldedSearchAdmin):
    """Products. Their stock is given once, on creation, and changed by the action from then on."""

    list_display = ("name", "sku", "category", "price", "stock", "is_active")
    list_filter = ("is_active", "category")
    list_select_related = ("category",)
    search_fields = ("name", "sku")  # opens the search box; get_search_results does the work
    autocomplete_fields = ("category",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "name",
        "slug",
        "sku",
        "category",
        "price",
        "stock",
        "ledger",
        "description",
        "is_active",
        "created_at",
        "updated_at",
    )
    action_form = StockActionForm
    actions = ("adjust_stock",)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """Open the stock for a new product only."""
        always = ("ledger", "created_at", "updated_at")
        return (*always, "stock") if obj else always

    @admin.display(description=_("stock movements"))
    def ledger(self, product: Product) -> str:
        """Return a link to the changes of the product's stock: a product that sells has thousands."""
        address = reverse("admin:catalog_stockmovement_changelist")
        return format_html('<a href="{}?product__id__exact={}">{}</a>', address, product.pk, _("show"))

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

    def has_adjust_stock_permission(self, request: HttpRequest) -> bool:
        """Let those change stock who may in the API."""
        return request.user.has_perm("catalog.add_stockmovement")

    @admin.action(
        description=_("Change the stock by the given pieces, for the given reason"),
        permissions=["adjust_stock"],
    )
    def adjust_stock(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Change the stock of the chosen products, each under its lock."""
        form = self.action_form(request.POST)
        form.fields["action"].choices = self.get_action_choices(request)
        wanted = form.cleaned_data if form.is_valid() else {}
        delta, reason = wanted.get("delta"), wanted.get("reason")
        if not delta or not reason:
            self.message_user(request, _("Give the pieces and the reason beside the action."), messages.ERROR)
            return
        for product in queryset.order_by("pk"):
            try:
                stock.adjust_stock(product_id=product.pk, delta=delta, reason=reason, created_by=request.user)
            except StockOutOfRange as refusal:
                self.message_user(request, f"{product}: {refusal}", messages.ERROR)
            else:
                self.message_user(
                    request,
                    _("%(product)s: stock changed by %(delta)+d.") % {"product": product, "delta": delta},
                )


@admin.register(StockMovement)
class StockMovementAdmin(admin.ModelAdmin):
    """The ledger of stock, to be read."""

    list_display = ("created_at", "product", "kind", "delta", "stock", "order_id", "reason", "created_by")
    list_filter = ("kind",)
    list_select_related = ("product", "created_by")
    search_fields = ("=product__sku", "=order_id", "reason")
    search_help_text = _("SKU, number of an order, or part of a reason")
    date_hierarchy = "created_at"
    show_full_result_count = False

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
