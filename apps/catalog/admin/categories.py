"""Categories in the admin, shown as a tree."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.catalog import services
from apps.catalog.admin.category_tree import CategoryTree, PlacedCategory
from apps.catalog.admin.saving import save_by_service
from apps.catalog.admin.translated_form import TranslatedForm, text_sections, translated
from apps.catalog.models import Category, CategoryTranslation
from apps.catalog.shown_texts import CATEGORY_TEXTS
from apps.core.admin.model_admin import StoreAdmin

INDENTATION, BRANCH = "\N{EM SPACE}\N{EM SPACE}", "└ "


DEEPEST = 10  # steps that are still indented further


@admin.register(Category)
class CategoryAdmin(StoreAdmin):
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
    form = translated(TranslatedForm, CategoryTranslation, CATEGORY_TEXTS)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "slug",
                    "parent",
                    "tax_class",
                    "description",
                    "is_active",
                    "created_at",
                    "updated_at",
                )
            },
        ),
        *text_sections(CATEGORY_TEXTS),
    )
    readonly_fields = ("created_at", "updated_at")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CategoryTree]:
        """Show the tree."""
        return CategoryTree

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Category], bool]:
        """Return the categories that have every word, as in the API, and that none of them comes twice."""
        return queryset.matching(search_term), False

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, category: PlacedCategory) -> str:
        """Return the name, indented by its depth in the tree."""
        depth = category.place.depth
        return f"{INDENTATION * min(depth, DEEPEST)}{BRANCH if depth else ''}{category.name}"

    @admin.display(description=_("products"))
    def products(self, category: PlacedCategory) -> str:
        """Return how many products are in it and below, leading to them."""
        address = reverse("admin:catalog_product_changelist")
        number = category.place.products
        return format_html('<a href="{}?category__id__exact={}">{}</a>', address, category.pk, number)

    def lock(self, lookup: dict[str, Any], *, no_key: bool = True) -> None:
        """Lock the tree, as the services do: in another order they would wait for each other."""
        super().lock({}, no_key=no_key)

    def save_model(
        self, request: HttpRequest, obj: Category, form: "forms.ModelForm[Category]", change: bool
    ) -> None:
        """Save through the services, which make the slug and lock the tree."""
        save_by_service(obj, form, change, create=services.create_category, update=services.update_category)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        """Delete the category, which the audit trail tells."""
        services.delete_category(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Delete the categories."""
        for category in queryset.order_by("pk"):
            services.delete_category(category.pk)
