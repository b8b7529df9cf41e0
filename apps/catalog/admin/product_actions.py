"""Actions on many products in the admin, each previewed, confirmed, and reported row by row."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog import services, stock
from apps.catalog.exceptions import StockOutOfRange, no_reduction
from apps.catalog.models import MAX_STOCK, MAX_VARIANTS, Category, MovementKind, Product, StockMovement
from apps.core.admin.bulk_actions import BulkChange, Change, Values, change_many
from apps.core.admin.fields import AmountField
from apps.core.admin.model_admin import StoreAdmin, StoreAutocompleteSelect
from apps.core.admin.optimistic_locking import text_of_change, unless_changed
from apps.core.money import CENT, format_money
from apps.users.current_user import current_user
from apps.users.models import User

MAX_PRICE = Decimal("99999999.99")  # what the column holds
PRODUCTS = "products"  # parameter of the page of a new group: ids
MOVEMENT = re.compile(r"[0-9]{1,18}")  # the id of one
ON_SALE, OFF_SALE = _("on sale"), _("not on sale: customers cannot order it")


class PercentForm(forms.Form):
    """By how much prices change."""

    percent = AmountField(
        label=_("Percent (+/−)"),
        min_value=Decimal("-99.99"),
        max_value=1000,
        max_digits=6,
        decimal_places=2,
        localize=True,
        help_text=_("5 turns 100.00 into 105.00, −5 into 95.00. Rounded half up to 0.01."),
    )


class MoveForm(forms.Form):
    """Where products go."""

    category = forms.ModelChoiceField(
        Category.objects.all(),
        label=capfirst(_("category")),
        widget=StoreAutocompleteSelect(Product._meta.get_field("category"), admin.site),
    )


class AdjustForm(forms.Form):
    """How the stock changes, and why."""

    delta = forms.IntegerField(label=_("Quantity (+/−)"), min_value=-MAX_STOCK, max_value=MAX_STOCK)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=AdminTextInputWidget())

    def clean_delta(self) -> int:
        """Refuse a change that is none.

        Raises ValidationError.
        """
        delta: int = self.cleaned_data["delta"]
        if not delta:
            raise ValidationError(gettext("Enter how many pieces came in or went out."))
        return delta


@admin.action(description=_("Put on sale…"), permissions=["change"])
def activate(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Activate the chosen products."""
    change = _switch(request, "activate", gettext("Put products on sale"), is_active=True)
    return change_many(model_admin, request, queryset, change)


@admin.action(description=_("Take off sale…"), permissions=["change"])
def deactivate(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Deactivate the chosen products."""
    change = _switch(request, "deactivate", gettext("Take products off sale"), is_active=False)
    return change_many(model_admin, request, queryset, change)


@admin.action(description=_("Make a group of variants…"), permissions=["group"])
def make_group(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> HttpResponseRedirect:
    """Open the page of a new group with the chosen products."""
    chosen = ",".join(map(str, queryset.order_by("name", "pk").values_list("pk", flat=True)[:MAX_VARIANTS]))
    return HttpResponseRedirect(f"{reverse('admin:catalog_productgroup_add')}?{PRODUCTS}={chosen}")


@admin.action(description=_("Change prices by a percentage…"), permissions=["change"])
def change_price(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Raise or lower the prices of the chosen products, as it was previewed."""

    def apply(product: Product, seen: str, values: Values) -> str:
        return _updated(
            current_user(request),
            product,
            "price",
            seen,
            lambda: _changed_price(product, values["percent"]),
        )

    change = BulkChange(
        action="change_price",
        title=gettext("Change prices by a percentage"),
        form_class=PercentForm,
        needs_preview=True,
        preview=_preview_of_price,
        apply=apply,
    )
    return change_many(model_admin, request, queryset, change)


@admin.action(description=_("Move to a category…"), permissions=["change"])
def move_to_category(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Put the chosen products into one category."""

    def apply(product: Product, seen: str, values: Values) -> str:
        return _updated(current_user(request), product, "category", seen, lambda: values["category"])

    change = BulkChange(
        action="move_to_category",
        title=gettext("Move products to a category"),
        form_class=MoveForm,
        preview=lambda product, _values: Change(
            before=str(product.category), after=gettext("the chosen category"), seen=str(product.category_id)
        ),
        apply=apply,
    )
    return change_many(model_admin, request, queryset.select_related("category"), change)


@admin.action(description=_("Goods in or out…"), permissions=["adjust_stock"])
def adjust_stock(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Product]
) -> TemplateResponse | None:
    """Change the stock of the chosen products by as many pieces each, whatever is sold meanwhile.

    A page that is sent twice does it once.
    """
    latest = str(StockMovement.objects.values_list("pk", flat=True).first() or 0)
    change = BulkChange(
        action="adjust_stock",
        title=gettext("Goods in or out"),
        form_class=AdjustForm,
        needs_preview=True,
        preview=partial(_preview_of_stock, latest),
        apply=lambda product, seen, values: adjusted(
            product, values["delta"], values["reason"], current_user(request), _unless_adjusted_since(seen)
        ),
    )
    return change_many(model_admin, request, queryset, change)


def adjusted(
    product: Product,
    delta: int,
    reason: str,
    by: User,
    precondition: Callable[[Product], None] | None = None,
) -> str:
    """Change the product's stock by `delta` pieces, and say what there is now.

    Raises StockOutOfRange, and what the precondition raises.
    """
    movement = stock.adjust_stock(
        product_id=product.pk, delta=delta, reason=reason, created_by=by, precondition=precondition
    )
    return gettext("%(delta)+d, now in stock: %(stock)d") % {"delta": delta, "stock": movement.stock}


def _unless_adjusted_since(movement: str) -> Callable[[Product], None]:
    """Return a precondition: it raises ValidationError when somebody has adjusted the stock since then."""

    def precondition(product: Product) -> None:
        adjustments = product.stock_movements.filter(kind=MovementKind.ADJUSTED)
        if not MOVEMENT.fullmatch(movement) or adjustments.filter(pk__gt=movement).exists():
            raise ValidationError(text_of_change(product, "stock"), code="changed_meanwhile")

    return precondition


def _switch(request: HttpRequest, action: str, title: str, *, is_active: bool) -> BulkChange:
    return BulkChange(
        action=action,
        title=title,
        preview=lambda product, _values: Change(
            before=str(_shown(product.is_active)),
            after=None if product.is_active == is_active else str(_shown(is_active)),
            seen=str(product.is_active),
        ),
        apply=lambda product, seen, _values: _updated(
            current_user(request), product, "is_active", seen, lambda: is_active
        ),
    )


def _updated(by: User, product: Product, field: str, seen: str, value: Callable[[], Any]) -> str:
    """Bring the field to the value that follows from what was seen, and say so."""
    as_seen = unless_changed(field, seen)
    as_seen(product)  # as it was just read: the value is made of it
    before, after = getattr(product, field), value()
    if before == after:
        return gettext("unchanged")
    services.update_product(product.pk, changed_by=by, precondition=as_seen, **{field: after})
    return f"{_shown(before)} → {_shown(after)}"


def _preview_of_price(product: Product, values: Values) -> Change:
    before, seen = format_money(product.price), str(product.price)
    try:
        price = _changed_price(product, values["percent"]) if values else product.price
    except ValidationError as refusal:
        return Change(before=before, after=" ".join(refusal.messages), seen=seen, is_refused=True)
    return Change(before=before, after=None if price == product.price else format_money(price), seen=seen)


def _changed_price(product: Product, percent: Decimal) -> Decimal:
    changed = (product.price * (100 + percent) / 100).quantize(CENT, ROUND_HALF_UP)
    if product.price and not changed:
        raise ValidationError(gettext("Refused: the price would drop to zero."))
    if changed > MAX_PRICE:
        raise ValidationError(gettext("Refused: the price would be too high."))
    if product.compare_at_price is not None and changed >= product.compare_at_price:
        raise no_reduction(product.compare_at_price)
    return changed


def _preview_of_stock(latest: str, product: Product, values: Values) -> Change:
    after = product.stock + values.get("delta", 0)
    text = localize(after) if 0 <= after <= MAX_STOCK else str(StockOutOfRange.message)
    return Change(before=localize(product.stock), after=text if values else None, seen=latest)


def _shown(value: Any) -> str | Promise:
    if isinstance(value, Decimal):
        return format_money(value)
    return {True: ON_SALE, False: OFF_SALE}[value] if isinstance(value, bool) else localize(value)
