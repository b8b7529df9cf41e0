"""Groups of variants in the admin: a group, its options and its products on one page."""

import re
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.catalog import services
from apps.catalog.admin.product_actions import PRODUCTS
from apps.catalog.admin.variant_forms import (
    VALUE_FIELDS,
    OptionForm,
    OptionFormSet,
    VariantForm,
    VariantFormSet,
)
from apps.catalog.models import MAX_OPTIONS, MAX_VARIANTS, GroupOption, Product, ProductGroup, ProductOption
from apps.core.admin.changelists import LongListAdmin
from apps.core.admin.inlines import StoreInline
from apps.core.api.fields import MAX_ID_DIGITS
from apps.core.normalization import NAME
from apps.users.current_user import current_user

EMPTY_ROWS = 2  # for products of a new group
_CHOSEN = re.compile(r"products-[0-9]+-product")  # the names of fields that choose products


class _GroupInline(StoreInline):
    """Rows that belong to a group: whoever may change it may change them."""

    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may change the group, or make it."""
        return bool(request.user.has_perm(f"catalog.{'change' if obj else 'add'}_productgroup"))

    has_add_permission = has_delete_permission = has_change_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let whoever sees the page see them."""
        return True


class OptionInline(_GroupInline):
    """The options of a group."""

    model = GroupOption
    form = OptionForm
    formset = OptionFormSet
    fields = ("code", "name_ru", "name_en", "order")
    can_delete = True
    max_num = MAX_OPTIONS

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return as many rows as there may be options: the columns below have their places."""
        return MAX_OPTIONS


class VariantInline(_GroupInline):
    """The products of a group, with their values."""

    model = Product
    fk_name = "group"
    form = VariantForm
    formset = VariantFormSet
    verbose_name, verbose_name_plural = _("product of the group"), _("products of the group")
    max_num = MAX_VARIANTS

    def get_fields(self, request: HttpRequest, obj: ProductGroup | None = None) -> tuple[str, ...]:
        """Return what may be filled in; what is there to whoever may only look."""
        if self.has_change_permission(request, obj):
            return "product", *VALUE_FIELDS, "leaves"
        return self.get_readonly_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: ProductGroup | None = None) -> tuple[str, ...]:
        """Return what is shown to whoever may only look."""
        return () if self.has_change_permission(request, obj) else ("shown_product", "shown_values")

    def get_formset(self, request: HttpRequest, obj: ProductGroup | None = None, **kwargs: Any) -> Any:
        """Return the class of the rows, which have their fields by themselves."""
        return super().get_formset(request, obj, **{**kwargs, "fields": ()})

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return how many empty rows there are."""
        return 0 if obj else max(EMPTY_ROWS, len(_ids_in(request.GET.get(PRODUCTS, ""))))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """Return the products in the order of their values."""
        values = ProductOption.objects.filter(product=OuterRef("pk")).order_by("option__position", "option")
        products = super().get_queryset(request).select_related("group").prefetch_related("options__option")
        return products.order_by(Subquery(values.values("sort")[:1]), "pk")

    @admin.display(description=_("product"))
    def shown_product(self, product: Product) -> str:
        """Return what the product is called."""
        return str(product)

    @admin.display(description=_("values of options"))
    def shown_values(self, product: Product) -> str:
        """Return the values of the product."""
        return ", ".join(f"{row.option}: {row}" for row in product.options.all())


@admin.register(ProductGroup)
class ProductGroupAdmin(LongListAdmin):
    """Groups of variants. The services write all that stands on the page of one."""

    counted = ngettext_lazy("%(number)s group of variants", "%(number)s groups of variants", "count")
    list_display = ("name", "shown_options", "shown_size", "category")
    list_select_related = ("category",)
    search_fields = ("name",)  # opens the search box; get_search_results does the work
    sortable_by = ("name",)
    autocomplete_fields = ("category",)
    fields = ("name", "slug", "category", "description", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")
    inlines = (OptionInline, VariantInline)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Fill in the products that were chosen in their list to make a group of them."""
        arguments: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, VariantInline) and request.method == "GET" and not obj.pk:
            arguments["initial"] = [{"product": pk} for pk in _ids_in(request.GET.get(PRODUCTS, ""))]
        return arguments

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductGroup]:
        """Fetch what the list shows, too."""
        products = Product.objects.filter(group=OuterRef("pk")).order_by().values("group")
        size = Subquery(products.annotate(size=Count("pk")).values("size"))
        return super().get_queryset(request).prefetch_related("options").annotate(size=Coalesce(size, 0))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[ProductGroup], bool]:
        """Return the groups whose names have the text in any spelling, and that none of them comes twice."""
        return queryset.filter(name_key__contains=NAME.key(search_term)), False

    @admin.display(description=_("options"))
    def shown_options(self, group: ProductGroup) -> str:
        """Return what the products differ by."""
        return ", ".join(option.name for option in group.options.all())

    @admin.display(description=_("products"))
    def shown_size(self, group: Any) -> int:
        """Return how many products there are."""
        return int(group.size)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the group; before it is locked to be written, so are the products that come into it."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            chosen = [value for name, value in request.POST.items() if _CHOSEN.fullmatch(name)]
            with suppress(ValidationError, ValueError):
                _lock_products(Q(group=object_id) | Q(pk__in=filter(_can_be_id, chosen)))
        return super().get_object(request, object_id, from_field)

    def lock(self, lookup: dict[str, Any], *, no_key: bool = True) -> None:
        """Lock the products and then the group, as the services do."""
        groups = self.model._base_manager.filter(**lookup)
        list(
            Product.objects.locked(
                list(Product.objects.filter(group__in=groups).values_list("pk", flat=True))
            )
        )
        super().lock(lookup, no_key=no_key)

    def save_model(
        self, request: HttpRequest, obj: ProductGroup, form: "forms.ModelForm[ProductGroup]", change: bool
    ) -> None:
        """Leave it to `save_related`: one service writes all."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the group, its options and its products."""
        options, variants = formsets
        wanted = options.wanted()
        parts: dict[str, Any] = {
            "options": list(wanted.values()),
            "variants": {
                product_id: {option.code: row.value(place) for place, option in wanted.items()}
                for product_id, row in variants.rows().items()
            },
            "by": current_user(request),
        }
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.change_group(form.instance.pk, **parts, **changes)
        else:
            created = services.create_group(**parts, **form.cleaned_data)
            form.instance.pk, form.instance.slug = created.pk, created.slug
        for formset in formsets:  # Django asks what to note in its own log
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[Any], list[Any]]:
        """Return the groups alone: their products stay."""
        return list(map(str, objs)), {str(self.opts.verbose_name_plural): len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: ProductGroup) -> None:
        """Delete the group, out of which its products are taken."""
        services.delete_group(obj.pk, by=current_user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ProductGroup]) -> None:
        """Delete the groups."""
        for pk in queryset.order_by("pk").values_list("pk", flat=True):
            services.delete_group(pk, by=current_user(request))


def _lock_products(which: Q) -> None:
    list(Product.objects.locked(list(Product.objects.filter(which).values_list("pk", flat=True))).only("pk"))


def _ids_in(text: str) -> list[int]:
    return [int(part) for part in text.split(",")[:MAX_VARIANTS] if _can_be_id(part)]


def _can_be_id(text: Any) -> bool:
    return text.isdecimal() and len(text) <= MAX_ID_DIGITS
