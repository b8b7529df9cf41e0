"""Quote: what a basket costs now, every way to have it delivered and paid, and every problem at once."""

from dataclasses import dataclass
from functools import partial

from apps.catalog.models import Product
from apps.catalog.shown_texts import product_texts
from apps.core.exceptions import DomainError
from apps.orders.checkout.assessment import Assessment, assess
from apps.orders.checkout.basket import Basket, Checkout
from apps.orders.checkout.problems import problems
from apps.orders.models import Order
from apps.promotions.services import find_coupon
from apps.store.configuration_cache import version_expression
from apps.users.models import User


@dataclass(frozen=True)
class Quote:
    """What the order would cost, and why it would be refused."""

    assessment: Assessment
    problems: list[DomainError]


def quote_order(*, user: User, checkout: Checkout) -> Quote:
    """Return what the order costs now and every problem that the user would meet, placing it.

    Nothing is written or locked.
    """
    coupon = None
    if checkout.coupon:
        coupon = find_coupon(
            checkout.coupon, user, has_ordered=partial(Order.objects.has_uncancelled_of, user)
        )
    products = Product.objects.on_sale().annotate(
        configuration_version=version_expression(),
        texts=product_texts("name"),  # type: ignore[no-redef]  # None elsewhere
    )
    assessment = assess(
        checkout, customer=user, basket=Basket(checkout.items, products.in_bulk), coupon=coupon
    )
    return Quote(assessment, list(problems(assessment)))
