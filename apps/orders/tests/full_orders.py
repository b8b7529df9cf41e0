"""An order with everything: two teas with a code, a courier, tax, a recipient and how it is paid."""

from typing import Any

from apps.catalog.tests.factories import make_product
from apps.delivery.addresses import PostalAddress, cleaned
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.orders.tests.checkout_shop import ADDRESS, make_coupon, make_method, make_payment_method, make_tax
from apps.users.models import User

SHIPPING = cleaned(PostalAddress(**ADDRESS))


def open_full_shop(settings: Any) -> None:
    """Make a courier for 350.00, the code TEA10 of 10 %, payment by invoice, and tax all by 22 %."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method()
    make_coupon(name_en="10 % off tea")
    make_payment_method(
        name_en="By bank transfer",
        instructions_ru="Оплатите счёт за три дня.",
        instructions_en="Pay the invoice within three days.",
    )


def make_full_order(user: User, *, language: str = "ru", **checkout: Any) -> Order:
    """Place it in a full shop: 1,200.00 − 120.00 + 350.00 = 1,430.00, with 257.86 of tax in it."""
    teas = (make_product(name="Чай", price="390.00", weight_g=250), 2)
    more = (make_product(name="Иван-чай", price="420.00"), 1)
    checkout = {
        "items": [BasketLine(product.pk, quantity) for product, quantity in (teas, more)],
        "delivery_method": "courier",
        "shipping_address": SHIPPING,
        "coupon": "TEA10",
        "payment_method": "invoice",
        **checkout,
    }
    placed = place_order(user=user, checkout=Checkout(**checkout), language=language)
    return Order.objects.get(pk=placed.pk)
