"""A shop with everything that a price can depend on: taxes, delivery, a pick-up point, promotions."""

from datetime import date
from decimal import Decimal
from typing import Any

from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember, PickupPoint
from apps.orders.models import PaymentMethod
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxClass, TaxRate

ADDRESS = {
    "name": "Анна Смирнова",
    "phone": "8 912 345-67-89",
    "country": "RU",
    "city": "Москва",
    "postal_code": "101000",
    "line1": "Мясницкая, 1",
}
SHOWN_ADDRESS = {
    "name": "Анна Смирнова",
    "company": "",
    "tax_id": "",
    "phone": "+79123456789",
    "country": "RU",
    "region": "",
    "city": "Москва",
    "district": "",
    "postal_code": "101000",
    "line1": "Мясницкая, 1",
    "line2": "",
    "note": "",
}


def make_tax(code: str = "standard", rate: str | None = "22.00", *, country: str = "RU") -> TaxClass:
    """Make the class, if it is not there, with this rate alone in the country."""
    tax_class, _new = TaxClass.objects.get_or_create(code=code, defaults={"name_ru": code})
    TaxRate.objects.filter(tax_class=tax_class, country=country).delete()
    TaxRate.objects.create(
        tax_class=tax_class,
        country=country,
        rate=None if rate is None else Decimal(rate),
        valid_from=date(2000, 1, 1),
    )
    return tax_class


def make_method(code: str = "courier", *, price: str | None = "350.00", **values: Any) -> DeliveryMethod:
    """Make a method; with a price, it costs that in Russia."""
    values = {"name_ru": "Курьер", "name_en": "Courier", "kind": code, **values}
    method = DeliveryMethod.objects.create(code=code, **values)
    if price is not None:
        zone, is_new = DeliveryZone.objects.get_or_create(name="Россия")
        if is_new:
            DeliveryZoneMember.objects.create(zone=zone, country="RU")
        DeliveryRate.objects.create(method=method, zone=zone, price=Decimal(price))
    return method


def make_point(code: str = "MSK1", *, provider: str = "boxes", **values: Any) -> PickupPoint:
    values = {
        "kind": "pvz",
        "name": "Пункт на Мясницкой",
        "country": "RU",
        "city": "Москва",
        "postal_code": "101000",
        "address": "Мясницкая, 10",
        **values,
    }
    return PickupPoint.objects.create(provider=provider, code=code, **values)


def make_coupon(code: str = "TEA10", *, limit: int | None = None, **values: Any) -> PromotionCode:
    """Make a promotion of 10 % with this code."""
    values = {"name_ru": "10 % на чай", "kind": "percent", "value": Decimal(10), "trigger": "code", **values}
    promotion = Promotion.objects.create(**values)
    return PromotionCode.objects.create(promotion=promotion, code=code, usage_limit=limit)


def make_automatic(**values: Any) -> Promotion:
    values = {"name_ru": "Акция", "kind": "percent", "value": Decimal(5), "trigger": "automatic", **values}
    return Promotion.objects.create(**values)


def make_payment_method(code: str = "invoice", **values: Any) -> PaymentMethod:
    return PaymentMethod.objects.create(code=code, **{"name_ru": "По счёту", "terms": "invoice", **values})
