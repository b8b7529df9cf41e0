"""Serializers of the parts of a price that quotes and orders have in common."""

from typing import Any

from rest_framework import serializers


def money(**kwargs: Any) -> "serializers.DecimalField":
    """Return a field of money."""
    return serializers.DecimalField(max_digits=20, decimal_places=2, **kwargs)


def tax_rate(**kwargs: Any) -> "serializers.DecimalField":
    """Return a field of a tax rate, null for “without VAT”."""
    return serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        allow_null=True,
        help_text="Percent; null: without VAT, which is not the rate of 0 %",
        **kwargs,
    )


class DiscountOutput(serializers.Serializer[Any]):
    """A promotion that applies."""

    kind = serializers.CharField(help_text="`coupon` or `automatic`")
    target = serializers.CharField(help_text="`items` or `delivery`")
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    amount = money()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the discount; an automatic one has no code."""
        return {
            "kind": str(instance.kind),
            "target": str(instance.target),
            "code": instance.code or None,
            "name": instance.name,
            "amount": f"{instance.amount:.2f}",
        }


class TaxOutput(serializers.Serializer[Any]):
    """The tax of all that has one rate, delivery among it. `base` is without the tax."""

    rate = tax_rate()
    base = money()
    amount = money()


class DeliveryOutput(serializers.Serializer[Any]):
    """The delivery method, as it was chosen."""

    method = serializers.CharField(help_text="Code of the method")
    name = serializers.CharField()
    kind = serializers.CharField()
    price = money()
    discount = money()
    tax_rate = tax_rate()
    tax_amount = money()


class PickupPointSnapshotOutput(serializers.Serializer[Any]):
    """The pick-up point, as it was when the order was placed."""

    provider = serializers.CharField()
    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    region = serializers.CharField()
    city = serializers.CharField()
    postal_code = serializers.CharField()
    address = serializers.CharField()
