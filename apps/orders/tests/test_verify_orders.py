"""`verify_orders` finds every cent and every use that orders, their parts and promotions do not agree on."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_products
from apps.orders.models import Cancellation, Order, OrderDiscount, OrderItem
from apps.orders.order_reconciliation import order_differences
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.orders.tests.checkout_shop import ADDRESS, make_automatic, make_coupon, make_method, make_tax
from apps.promotions.models import Promotion, PromotionCode
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(customer_api: APIClient, customer: User, settings) -> Order:
    """Return an order with every part, beside a cancelled one of the same."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method()
    make_coupon(limit=5, value=Decimal("12.5"))
    make_automatic(kind="free_delivery", value=0)
    items = [{"product_id": each.pk, "quantity": 3} for each in make_products(3, price="0.35")]
    body = {"items": items, "coupon": "TEA10", "delivery": {"method": "courier"}, "shipping_address": ADDRESS}
    cancelled, order = (
        Order.objects.get(pk=customer_api.post("/api/v1/orders/", body).json()["id"]) for _ in "12"
    )
    change_status(order_id=cancelled.pk, new_status=OrderStatus.CANCELLED, changed_by=customer)
    return order


def write(rows: models.QuerySet, **values: object) -> None:
    """Write past the services, as only a mistake or a break-in does."""
    models.QuerySet.update(rows, **values)


def test_true_story_adds_up(order: Order, capsys: pytest.CaptureFixture[str]):
    call_command("verify_orders")

    assert capsys.readouterr().out == "Orders and promotions add up.\n"


def test_order_of_the_former_release_has_nothing_to_add_up(order: Order):
    OrderDiscount.objects.filter(order=order).delete()
    write(Order.objects.filter(pk=order.pk), items_total=None, discount_total=0, delivery_discount=0)
    write(OrderItem.objects.filter(order=order), discount=0)

    assert list(order_differences()) == []


def test_every_sum_that_differs_is_told(order: Order, capsys: pytest.CaptureFixture[str]):
    item, discount = order.items.all()[0], order.discounts.get(target="items")
    write(OrderItem.objects.filter(pk=item.pk), tax_amount=F("tax_amount") + Decimal("0.01"), discount=0)
    write(OrderDiscount.objects.filter(order=order, target="delivery"), amount=Decimal("350.01"))
    write(OrderDiscount.objects.filter(pk=discount.pk), amount=Decimal("0.38"))
    write(Cancellation.objects.all(), credited=0)
    write(Promotion.objects.filter(kind="percent"), used=2)
    write(PromotionCode.objects.all(), used=0)
    cancelled = Order.objects.get(status="cancelled")

    with pytest.raises(CommandError, match=r"^8 differences in orders and promotions\.$"):
        call_command("verify_orders")

    share = discount.allocation[str(item.product_id)]
    assert capsys.readouterr().err.splitlines() == [
        f"discounts of lines of order {order.pk}: {Decimal('0.39') - Decimal(share)} expected, 0.39 found",
        f"taxes of order {order.pk}: 0.52 expected, 0.51 found",
        f"cancelled of order {cancelled.pk}: 0.00 expected, 2.76 found",
        f"discounts on goods of order {order.pk}: 0.38 expected, 0.39 found",
        f"discounts on delivery of order {order.pk}: 350.01 expected, 350.00 found",
        f"discount on product {item.product_id} in order {order.pk}: {share} expected, 0.00 found",
        f"uses of promotion {discount.promotion_id}: 1 expected, 2 found",
        f"uses of promotion code {PromotionCode.objects.get().pk}: 1 expected, 0 found",
    ]


def test_it_asks_as_often_whatever_there_is(order: Order):
    with CaptureQueriesContext(connection) as queries:
        list(order_differences())

    assert len([each for each in queries if each["sql"].lstrip().startswith("SELECT")]) == 5
