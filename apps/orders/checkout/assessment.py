"""Assessment of a checkout: everything that its price depends on is read, and the price worked out, once."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from apps.catalog.configuration import CATEGORY_TREE
from apps.catalog.models import Product
from apps.catalog.product_taxes import is_known
from apps.delivery.models import PickupPoint
from apps.delivery.pickup_points import find_point
from apps.delivery.pricing import DeliveryOption, usable_point
from apps.orders.checkout.basket import Basket, Checkout
from apps.orders.checkout.pricing import PricedOrder, price
from apps.orders.checkout.situation import Situation
from apps.orders.configuration import OfferedPaymentMethod
from apps.orders.models import PaymentTerms
from apps.promotions.discounts import CouponOutcome, coupon_outcome
from apps.promotions.terms import Coupon
from apps.store.configuration_cache import Configuration, configuration, current_configuration
from apps.users.models import User


@dataclass(frozen=True)
class Assessment:
    """A checkout with its price: what the problems are found in."""

    checkout: Checkout
    customer: User
    basket: Basket
    situation: Situation
    priced: PricedOrder

    @cached_property
    def option(self) -> DeliveryOption | None:
        """Return the chosen delivery method; None where none is chosen, or there is none of that code."""
        options = (option for option, _discount in self.priced.offers)
        return next((each for each in options if each.method.code == self.checkout.delivery_method), None)

    @cached_property
    def coupon_outcome(self) -> CouponOutcome:
        """Return what becomes of the coupon."""
        delivery = self.priced.delivery
        return coupon_outcome(
            self.situation.coupon,
            goods=self.priced.goods,
            delivery=delivery.free_by if delivery else None,
            delivery_price=delivery.price if delivery else None,
            tree=self.situation.configuration[CATEGORY_TREE],
            now=self.situation.now,
        )

    @property
    def chosen_point(self) -> PickupPoint | None:
        """Return the pick-up point, where the chosen method hands over at one."""
        return usable_point(self.option.method, self.situation.point) if self.option else None

    @property
    def payment_method(self) -> OfferedPaymentMethod | None:
        """Return the chosen payment method; None where none is chosen, or there is none of that code."""
        methods = self.priced.payment_methods
        return next((each for each in methods if each.row.code == self.checkout.payment_method), None)

    @property
    def moves_once_paid(self) -> bool:
        """Tell whether the order is processed as soon as it is paid."""
        method = self.payment_method
        return (
            method is not None
            and method.row.moves_to_processing
            and method.row.terms != PaymentTerms.ON_DELIVERY
        )


def assess(checkout: Checkout, *, customer: User, basket: Basket, coupon: Coupon | None) -> Assessment:
    """Return the checkout with its price, by the configuration that was read along with the products."""
    products = basket.products
    situation = Situation(
        configuration=_configuration_of(products.values()),
        now=timezone.now(),  # once, after the products are locked
        coupon=coupon,
        point=find_point(checkout.pickup_point.provider, checkout.pickup_point.code)
        if checkout.pickup_point
        else None,
    )
    priced = price(checkout, products, basket.available, situation)
    return Assessment(checkout, customer, basket, situation, priced)


def _configuration_of(products: Collection[Product]) -> Configuration:
    """Return the configuration of the version that was read along with the products."""
    first = next(iter(products), None)
    if first is None:
        return current_configuration()
    found = configuration(first.configuration_version)  # type: ignore[attr-defined]  # annotated
    # Rows that somebody had locked are read as they were left, but the version as it was before: they may lie
    # in a category that was made meanwhile.
    return found if all(is_known(each, found) for each in products) else current_configuration()
