"""Promotions in the admin: the list, and one page that says what, when, for what and for whom."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.pages import PagedAdmin
from apps.core.money import format_money
from apps.promotions.admin.drawing import DrawCodesPage
from apps.promotions.admin.limits import CountedUses, LimitedForm
from apps.promotions.models import MAX_PRODUCTS, Promotion, PromotionKind
from apps.promotions.services import create_promotion, delete_promotion, update_promotion


class PromotionForm(LimitedForm):
    """The form of a promotion, with a word about what is not plain."""

    class Meta:
        help_texts = {
            "value": _("A percentage, or an amount in the store's currency; 0 for free delivery."),
            "scope": _(
                "Of automatic promotions: each line gets the best one, and the order one more. "
                "A code is always taken off the order."
            ),
            "starts_at": _("Empty: at once. By the store's clock."),
            "ends_at": _("Empty: never. By the store's clock."),
            "products": _("Without products and categories, the promotion is for everything."),
            "categories": _("With everything below them."),
            "min_total": _("Of all goods, after what is taken off each line."),
            "usage_limit": _("Orders that were cancelled give their use back."),
            "per_customer_limit": _("Counted by account and e-mail address."),
            "first_order_only": _("For customers without any earlier order, unless it was cancelled."),
        }

    def clean_products(self) -> QuerySet[Product]:
        """Refuse more products than every process could keep in memory. Raises ValidationError."""
        products: QuerySet[Product] = self.cleaned_data["products"]
        if len(products) > MAX_PRODUCTS:
            raise ValidationError(_("A promotion lists at most 5,000 products: choose categories instead."))
        return products


def links_of(model_admin: PagedAdmin, request: HttpRequest, promotion: Promotion) -> Mapping[str, Any]:
    """Return the links from a promotion to its codes and redemptions, as far as the user may follow them."""
    links = {
        "view_promotioncode": (_listed("promotioncode", promotion), gettext("Codes")),
        "add_promotioncode": (
            reverse("admin:promotions_promotion_draw_codes", args=[promotion.pk]),
            gettext("Make codes"),
        ),
        "view_redemption": (_listed("redemption", promotion), gettext("Uses")),
    }
    return {
        "links": [link for name, link in links.items() if request.user.has_perm(f"promotions.{name}")],
    }


@admin.register(Promotion)
class PromotionAdmin(CountedUses, StoreAdmin):
    """Promotions. Those that were used are kept: they are switched off."""

    form = PromotionForm
    counted = ngettext_lazy("%(number)s promotion", "%(number)s promotions", "count")
    list_display = ("__str__", "worth", "trigger", "starts_at", "ends_at", "state", "uses")
    list_filter = ("is_active", "trigger", "kind")
    search_fields = ("name_ru", "name_en")
    autocomplete_fields = ("products", "categories")
    readonly_fields = ("uses",)
    radio_fields = {"kind": admin.HORIZONTAL, "trigger": admin.HORIZONTAL, "scope": admin.HORIZONTAL}
    fieldsets = (
        (None, {"fields": ("name_ru", "name_en", "is_active")}),
        (_("Discount"), {"fields": ("kind", "value", "trigger", "scope")}),
        (_("When"), {"fields": ("starts_at", "ends_at")}),
        (_("For what"), {"fields": ("products", "categories", "min_total")}),
        (
            _("For whom, and how often"),
            {
                "fields": ("usage_limit", "per_customer_limit", "first_order_only", "uses"),
                "description": _("Only promotions with a code have limits."),
            },
        ),
    )
    pages = (DrawCodesPage,)
    detail_context = (links_of,)
    change_form_template = "admin/promotions/promotion/change_form.html"

    @admin.display(description=_("discount"), ordering="value")
    def worth(self, promotion: Promotion) -> str:
        """Return what is taken off."""
        if promotion.kind == PromotionKind.PERCENT:
            return f"{localize(promotion.value.normalize())} %"
        if promotion.kind == PromotionKind.FIXED:
            return format_money(promotion.value)
        return promotion.get_kind_display()

    @admin.display(description=_("state"))
    def state(self, promotion: Promotion) -> str:
        """Return whether it is running."""
        now = timezone.now()
        if not promotion.is_active:
            return gettext("switched off")
        if promotion.ends_at and promotion.ends_at <= now:
            return gettext("over")
        is_planned = promotion.starts_at and promotion.starts_at > now
        return gettext("planned") if is_planned else gettext("valid now")

    def save_model(
        self, request: HttpRequest, obj: Promotion, form: "forms.ModelForm[Promotion]", change: bool
    ) -> None:
        """Save by the services, which count uses and record what was done."""
        if change:
            update_promotion(obj.pk, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = create_promotion(**form.cleaned_data).pk

    def delete_model(self, request: HttpRequest, obj: Promotion) -> None:
        """Delete the promotion, which the audit trail tells."""
        delete_promotion(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        """Delete the promotions."""
        for promotion in queryset.order_by("pk"):
            delete_promotion(promotion.pk)


def _listed(model: str, promotion: Promotion) -> str:
    return f"{reverse(f'admin:promotions_{model}_changelist')}?promotion__id__exact={promotion.pk}"
