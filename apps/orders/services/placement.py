"""Placing of an order."""

from collections.abc import Mapping
from functools import partial

from apps.audit.models import Action
from apps.audit.services import changes_from_nothing, record, values_of
from apps.catalog.models import Product
from apps.catalog.shown_texts import product_texts
from apps.catalog.stock import lock_for_sale, sell
from apps.core.database.transactions import retried_atomic
from apps.jobs.services import enqueue
from apps.orders.checkout import Basket, Checkout, assess, problems
from apps.orders.jobs import jobs_of_placing
from apps.orders.models import Order
from apps.orders.placed_rows import new_order, write_parts
from apps.orders.services.transitions import move_by_store
from apps.orders.statuses import OrderStatus
from apps.promotions.services import settle_coupon, take_coupon
from apps.store.configuration_cache import version_expression
from apps.users.models import User

PLACED = ("status", "total_price", "delivery_method", "payment_method")  # of a new order in the audit trail


@retried_atomic
def place_order(*, user: User, checkout: Checkout, language: str) -> Order:
    """Turn the checkout into an order at today's prices, and take its items out of stock.

    Raises the first of the checkout's problems (`orders/checkout/problems.py`). Nothing is stored then.
    """
    coupon = None
    if checkout.coupon:  # the promotion is locked before the products
        coupon = take_coupon(
            checkout.coupon, user, has_ordered=partial(Order.objects.has_uncancelled_of, user)
        )
    basket = Basket(checkout.items, partial(_lock, language=language))
    assessment = assess(checkout, customer=user, basket=basket, coupon=coupon)
    for problem in problems(assessment):
        raise problem
    order = new_order(assessment, language=language)
    order.save(force_insert=True)
    write_parts(order, assessment)
    sell(basket.products.values(), basket.quantities, order_id=order.pk, by=user)
    if coupon:
        settle_coupon(coupon, order_id=order.pk, user=user, is_applied=assessment.coupon_outcome.is_applied)
    order.fetched_status_changes = [order.status_changes.create(to_status=order.status, changed_by=user)]
    record(Action.CREATED, order, changes_from_nothing(values_of(order, PLACED)), by=user)
    enqueue(*jobs_of_placing(order))
    if order.total_price == 0 and assessment.moves_once_paid:  # nothing is left to be paid
        order.fetched_status_changes.append(move_by_store(order, OrderStatus.PROCESSING))
    return order


def _lock(quantities: Mapping[int, int], *, language: str) -> dict[int, Product]:
    texts = product_texts("name", language=language)
    return lock_for_sale(quantities, also={"configuration_version": version_expression(), "texts": texts})
