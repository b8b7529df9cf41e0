"""Which prices have changed since a customer saw another total."""

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import timedelta
from decimal import Decimal

from apps.catalog.models import PriceChange, Product
from apps.core.money import money_text
from apps.orders.checkout.basket import Basket, Checkout
from apps.orders.checkout.pricing import PricedOrder, price
from apps.orders.checkout.situation import Situation
from apps.orders.exceptions import ChangedPart, ChangedParts, ChangedPrice, PriceChanged

MAX_PRICE_CHANGES = 1000  # that are gone back through
MAX_PRICED_LINES = 50_000  # in all attempts together, so that a large basket does not take seconds
PRICES_REMEMBERED_DAYS = 30  # how old a total may be and still be explained line by line


def price_changed(
    checkout: Checkout, basket: Basket, situation: Situation, priced: PricedOrder, expected_total: Decimal
) -> PriceChanged:
    """Return the refusal of an order that costs another total than expected.

    The changes of prices are gone back through until the order costs what was expected. When it never did,
    as after a change of delivery, or for a client that computes otherwise, no line has an old price.
    """
    for products in _earlier_prices(basket, situation):
        before = price(checkout, products, basket.available, situation)
        if before.total_price == expected_total:
            old_prices = {pk: product.price for pk, product in products.items()}
            details = [
                _changed_price(product, old_prices[pk])
                for pk, product in basket.products.items()
                if old_prices[pk] != product.price
            ]
            return PriceChanged(expected_total, priced.total_price, details, _parts(before, priced))
    details = [_changed_price(basket.products[pk], None) for pk in basket.available]
    return PriceChanged(expected_total, priced.total_price, details, _parts(None, priced))


def _earlier_prices(basket: Basket, situation: Situation) -> Iterator[Mapping[int, Product]]:
    """Yield the products with the prices that they had, one change earlier each time."""
    since = situation.now - timedelta(days=PRICES_REMEMBERED_DAYS)
    changes = PriceChange.objects.filter(product__in=basket.available, created_at__gte=since)
    attempts = min(MAX_PRICE_CHANGES, MAX_PRICED_LINES // max(len(basket.available), 1))
    products = dict(basket.products)
    # Not all: the products may be locked meanwhile.
    for change in changes.order_by("-pk")[:attempts]:
        product = copy(products[change.product_id])
        product.price = change.old_price
        products[change.product_id] = product
        yield products


def _changed_price(product: Product, old_price: Decimal | None) -> ChangedPrice:
    return ChangedPrice(
        product_id=product.pk,
        old_price=None if old_price is None else money_text(old_price),
        new_price=money_text(product.price),
    )


def _parts(before: PricedOrder | None, now: PricedOrder) -> ChangedParts:
    return ChangedParts(
        items=_part(before.items_total if before else None, now.items_total),
        discount=_part(before.discount_total if before else None, now.discount_total),
        delivery=_part(before.delivery_total if before else None, now.delivery_total),
        tax=_part(before.tax_total if before else None, now.tax_total),
    )


def _part(old: Decimal | None, new: Decimal) -> ChangedPart:
    return ChangedPart(old=None if old is None else money_text(old), new=money_text(new))
