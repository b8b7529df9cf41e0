"""Filters of the list of orders in the admin, beside those of its columns."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin.changelists import FormFilter
from apps.delivery.models import DeliveryMethod
from apps.orders.models import PaymentMethod
from apps.promotions.models import Promotion, code_as_kept


class FailedJobFilter(admin.SimpleListFilter):
    """Orders that need somebody: a job of theirs has failed."""

    title = _("jobs")
    parameter_name = "failed_job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice beside all orders."""
        return [("yes", _("has a failed job"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the orders with a failed job, when they are asked for."""
        return queryset.with_failed_jobs() if self.value() == "yes" else queryset


class NeedsLookFilter(admin.SimpleListFilter):
    """Orders that somebody should look at."""

    title = _("attention")
    parameter_name = "needs_look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice beside all orders."""
        return [("yes", _("needs a look"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the orders that need a look, when they are asked for."""
        return queryset.needing_look() if self.value() == "yes" else queryset


class MethodFilter(admin.SimpleListFilter):
    """Orders with one of the methods that there are, by its code."""

    methods: ClassVar[type[DeliveryMethod | PaymentMethod]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the methods, those that are not offered any more among them."""
        return [(method.code, method.name) for method in self.methods.objects.all()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Return the orders with the chosen method."""
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class DeliveryMethodFilter(MethodFilter):
    """Orders by delivery method."""

    title, parameter_name, methods = _("delivery method"), "delivery_method", DeliveryMethod


class PaymentMethodFilter(MethodFilter):
    """Orders by payment method."""

    title, parameter_name, methods = _("payment method"), "payment_method", PaymentMethod


class DiscountFilter(FormFilter):
    """Orders that a promotion, or a code of one, made cheaper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("discount")  # of goods or delivery: the column that it stands at is of goods alone

    def form_fields(self) -> dict[str, forms.Field]:
        """Return the promotion, and the code."""
        promotions: forms.ModelChoiceField[Promotion] = forms.ModelChoiceField(
            Promotion.objects.order_by("-pk"), required=False, label=_("Promotion")
        )
        return {
            "promotion": promotions,
            "coupon": forms.CharField(required=False, max_length=40, label=_("Code")),
        }

    def filtered(self, queryset: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        """Return the orders with the promotion, and with the code."""
        orders: Any = queryset
        if promotion := values["promotion"]:
            orders = orders.with_promotion(promotion.pk)
        return orders.with_coupon(code_as_kept(values["coupon"])) if values["coupon"] else orders
