"""Serializers of quotes."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.openapi.schema import ProblemErrorOutput, shown_as
from apps.core.exceptions import DomainError
from apps.delivery.exceptions import DeliveryOptionPayload
from apps.delivery.pricing import option_payload
from apps.orders.api import examples
from apps.orders.api.serializers.prices import DeliveryOutput, DiscountOutput, TaxOutput, money, tax_rate
from apps.orders.checkout import Quote


class QuotedLineOutput(serializers.Serializer[Any]):
    """A requested product at today's price, with its share of the discounts and its tax."""

    product_id = serializers.IntegerField(source="product.pk")
    product_name = serializers.CharField(source="product.shown_name")
    sku = serializers.CharField(source="product.sku")
    quantity = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, source="product.price")
    total = money(help_text="Before discounts")
    discount = money()
    amount = money(help_text="After discounts")
    tax_rate = tax_rate()
    tax_amount = money()


class DeliveryOptionOutput(serializers.Serializer[Any]):
    """A delivery method: its price for this order, or the reason why it cannot be chosen."""

    method = serializers.CharField(help_text="Code of the method")
    name = serializers.CharField()
    kind = serializers.CharField()
    available = serializers.BooleanField()
    reason = serializers.CharField(
        allow_null=True,
        help_text="`address_required`, `delivery_unavailable`, `delivery_too_heavy`, `below_minimum` or "
        "`above_maximum`",
    )
    price = money(allow_null=True)
    discount = money(allow_null=True)
    free_from = money(allow_null=True)
    days_min = serializers.IntegerField(allow_null=True)
    days_max = serializers.IntegerField(allow_null=True)


class PaymentOptionOutput(serializers.Serializer[Any]):
    """A payment method, or the reason why it cannot be chosen."""

    code = serializers.CharField()
    name = serializers.CharField()
    terms = serializers.CharField(help_text="`prepaid`, `on_delivery` or `invoice`")
    available = serializers.BooleanField()
    reason = serializers.CharField(
        allow_null=True, help_text="`below_minimum`, `above_maximum`, `delivery_method`"
    )


class NoticeOutput(serializers.Serializer[Any]):
    """What the customer should know, though it does not stand in the way of the order."""

    code = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    detail = serializers.CharField()


class QuoteProblemLineOutput(serializers.Serializer[Any]):
    """A product that is short of stock, or whose price differs from the expected one."""

    product_id = serializers.IntegerField()
    available = serializers.IntegerField(required=False, help_text="Units")
    requested = serializers.IntegerField(required=False, help_text="Units")
    old_price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False, allow_null=True)
    new_price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False)


class QuoteProblemPartOutput(serializers.Serializer[Any]):
    """An amount as the customer saw it, null where that is not known, and as it is now."""

    old = money(allow_null=True)
    new = money()


class QuoteProblemPartsOutput(serializers.Serializer[Any]):
    """What the order costs, part by part."""

    items = QuoteProblemPartOutput()
    discount = QuoteProblemPartOutput()
    delivery = QuoteProblemPartOutput(help_text="After its discount")
    tax = QuoteProblemPartOutput()


class QuoteProblemOutput(serializers.Serializer[Any]):
    """Why the order would be refused, with the same members as the error itself."""

    code = serializers.CharField()
    detail = serializers.CharField()
    stock = serializers.CharField(required=False, help_text="A message for people")
    expected_total = serializers.DecimalField(max_digits=20, decimal_places=2, required=False)
    total_price = serializers.DecimalField(max_digits=20, decimal_places=2, required=False)
    currency = serializers.CharField(required=False, help_text="ISO 4217 code")
    parts = QuoteProblemPartsOutput(required=False)
    options = DeliveryOptionOutput(many=True, required=False)
    reason = serializers.CharField(required=False, help_text="Why the coupon does not apply")
    min_total = money(required=False, allow_null=True, help_text="From which total the coupon applies")
    details = QuoteProblemLineOutput(many=True, required=False)
    errors = ProblemErrorOutput(  # type: ignore[assignment]  # DRF takes a declared field out of the class
        many=True, required=False
    )

    def to_representation(self, instance: DomainError) -> dict[str, Any]:
        """Return code, reason and data of the refusal."""
        return {"code": instance.code, "detail": str(instance), **instance.as_payload()}


@shown_as(examples.QUOTE)
class QuoteOutput(serializers.Serializer[Any]):
    """What the order would cost now. It can be placed if `problems` is empty."""

    items = QuotedLineOutput(many=True, source="assessment.priced.lines")
    items_total = money(source="assessment.priced.items_total")
    discount_total = money(source="assessment.priced.discount_total", help_text="Discounts on goods")
    delivery_price = money(source="assessment.priced.delivery_price")
    delivery_discount = money(source="assessment.priced.delivery_discount")
    tax_total = money(source="assessment.priced.tax_total")
    prices_include_tax = serializers.SerializerMethodField()
    total_price = money(source="assessment.priced.total_price")
    currency = serializers.SerializerMethodField()
    discounts = DiscountOutput(many=True, source="assessment.priced.discounts")
    taxes = TaxOutput(many=True, source="assessment.priced.taxes")
    weight_g = serializers.IntegerField(source="assessment.priced.parcel.weight_g", help_text="Grams")
    weight_estimated = serializers.BooleanField(
        source="assessment.priced.parcel.weight_estimated",
        help_text="Some products have no weight of their own",
    )
    delivery = serializers.SerializerMethodField()
    delivery_options = serializers.SerializerMethodField()
    payment_methods = serializers.SerializerMethodField()
    notices = NoticeOutput(many=True, source="assessment.coupon_outcome.notices")
    problems = QuoteProblemOutput(many=True)

    @extend_schema_field(serializers.CharField(help_text="ISO 4217 code"))
    def get_currency(self, quote: Quote) -> str:
        """Return the currency of the store's prices."""
        return settings.STORE_CURRENCY

    @extend_schema_field(serializers.BooleanField(help_text="false: `tax_total` is added to the total"))
    def get_prices_include_tax(self, quote: Quote) -> bool:
        """Tell whether prices are gross."""
        return settings.PRICES_INCLUDE_TAX

    @extend_schema_field(DeliveryOutput(allow_null=True))
    def get_delivery(self, quote: Quote) -> dict[str, Any] | None:
        """Return the chosen delivery method, if it can be had."""
        delivery = quote.assessment.priced.delivery
        if delivery is None:
            return None
        method = delivery.option.method
        return {
            "method": method.code,
            "name": method.name,
            "kind": method.kind,
            "price": f"{delivery.price:.2f}",
            "discount": f"{delivery.discount:.2f}",
            "tax_rate": None if delivery.tax_rate is None else f"{delivery.tax_rate:.2f}",
            "tax_amount": f"{delivery.tax_amount:.2f}",
        }

    @extend_schema_field(DeliveryOptionOutput(many=True))
    def get_delivery_options(self, quote: Quote) -> list[DeliveryOptionPayload]:
        """Return all delivery methods that are offered."""
        return [option_payload(option, discount) for option, discount in quote.assessment.priced.offers]

    @extend_schema_field(PaymentOptionOutput(many=True))
    def get_payment_methods(self, quote: Quote) -> list[dict[str, Any]]:
        """Return all payment methods that are offered."""
        options = []
        for method in quote.assessment.priced.payment_methods:
            reason = method.reason_against(
                quote.assessment.priced.total_price, quote.assessment.checkout.delivery_method
            )
            row = {"code": method.row.code, "name": method.row.name, "terms": method.row.terms}
            options.append({**row, "available": reason is None, "reason": reason})
        return options
