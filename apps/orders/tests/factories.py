"""Orders for tests, placed by the service so that they are as real ones are."""

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import change_status, place_order
from apps.orders.statuses import OrderStatus
from apps.users.models import User

# How an order gets to each status.
PATHS = {
    "pending": (),
    "processing": ("processing",),
    "shipped": ("processing", "shipped"),
    "delivered": ("processing", "shipped", "delivered"),
    "cancelled": ("cancelled",),
}


def make_order(user: User, quantities: dict[Product, int] | None = None, *, language: str = "ru") -> Order:
    quantities = quantities or {make_product(): 1}
    items = [BasketLine(product.pk, quantity) for product, quantity in quantities.items()]
    placed = place_order(user=user, checkout=Checkout(items), language=language)
    return Order.objects.get(pk=placed.pk)  # which remembers no lines and no history


def make_order_in(
    status: str, user: User, quantities: dict[Product, int] | None = None, *, moved_by: User
) -> Order:
    """Place an order and move it to the status."""
    return moved(make_order(user, quantities), *PATHS[status], by=moved_by)


def moved(order: Order, *statuses: str, by: User) -> Order:
    for status in statuses:
        change_status(order_id=order.pk, new_status=OrderStatus(status), changed_by=by)
    return Order.objects.get(pk=order.pk)
