"""Products that staff move while an order waits for them: it is taxed as they are then."""

from functools import partial

import pytest
from django.db import connection, transaction

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.threads import at_once
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import OrderItem
from apps.orders.services import place_order
from apps.orders.tests.checkout_shop import make_tax
from apps.store.configuration_cache import current_configuration
from apps.users.models import User
from tests.support.processes import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


def into_a_new_category(product: Product) -> None:
    parent = Category.objects.get(pk=product.category_id)
    product.category = make_category(parent=parent)


def into_a_new_tax_class(product: Product) -> None:
    product.tax_class = make_tax("herbs", "10.00")


@pytest.mark.parametrize("move", [into_a_new_category, into_a_new_tax_class])
def test_order_knows_what_was_made_while_it_waited(customer: User, move):
    category = make_category(tax_class=make_tax("food", "10.00"))
    tea = make_product(category=category, price="110.00")
    current_configuration()  # is kept

    def move_meanwhile() -> None:
        with transaction.atomic():
            Product.objects.locked([tea.pk]).get()
            begun.append(True)
            wait_for(somebody_waits)
            move(tea)
            tea.save()

    begun: list[bool] = []
    hands = [move_meanwhile, partial(order_once, begun, customer, tea)]
    at_once(2, lambda hand: hands[hand]())

    item = OrderItem.objects.get()
    assert (item.tax_class, item.tax_rate, item.tax_amount) == (
        tea.tax_class.code if tea.tax_class else "food",
        10,
        10,
    )


def order_once(begun: list[bool], customer: User, tea: Product) -> None:
    wait_for(lambda: bool(begun))
    place_order(user=customer, checkout=Checkout([BasketLine(tea.pk, 1)]), language="ru")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_WAITS)
        return bool(cursor.fetchone()[0])
