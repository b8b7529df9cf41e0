"""Orders for tests, placed by the service so that they are as real ones are."""

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.orders.models import Order
from apps.orders.services import RequestedItem, place_order
from apps.users.models import User


def make_order(user: User, quantities: dict[Product, int] | None = None, *, language: str = "ru") -> Order:
    quantities = quantities or {make_product(): 1}
    items = [RequestedItem(product.pk, quantity) for product, quantity in quantities.items()]
    return place_order(user=user, items=items, language=language)
