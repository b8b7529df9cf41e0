"""A storm of orders, coupons, cancellations and edits of what prices depend on: nobody meets a deadlock."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from apps.catalog.models import Category
from apps.catalog.services import update_category, update_product
from apps.core.tests.threads import at_once
from apps.delivery.models import DeliveryMethod, DeliveryZoneMember
from apps.orders.models import Order, PaymentMethod
from apps.orders.order_reconciliation import order_differences
from apps.orders.stock_reconciliation import stock_differences
from apps.orders.tests.random_shops import RandomShop, ShopMaker, random_body
from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.store.models import TaxClass, TaxRate
from apps.users.models import User
from conftest import signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ORDERS = "/api/v1/orders/"
THREADS, EDITORS = 16, 4
PAUSE_SECONDS = 0.05  # of an editor: each edit has every order read the configuration anew
# What a client may be told: all of it is said on purpose, none of it is a failure.
EXPECTED = {200, 201, 400, 403, 409}
SECONDS = [pytest.param(2), pytest.param(60, marks=pytest.mark.long)]


@pytest.fixture
def shop(settings) -> RandomShop:
    shop = ShopMaker(random.Random(3)).make()
    settings.STORE_TAX_CLASS = "standard"
    Promotion.objects.filter(trigger="code").update(
        usage_limit=40, per_customer_limit=25, starts_at=None, ends_at=None
    )
    PromotionCode.objects.update(usage_limit=30)
    return shop


@pytest.mark.parametrize("seconds", SECONDS)
def test_no_deadlock_reaches_a_client_and_everything_adds_up(
    make_user: Callable[..., User], staff: User, shop: RandomShop, caplog, seconds: int
):
    stop = datetime.now(UTC) + timedelta(seconds=seconds)
    buyers = {user.pk: signed_in(user) for user in (make_user() for _buyer in range(4))}
    clerk = signed_in(staff)

    def work(hand: int) -> Counter[str]:
        chance, done = random.Random(hand), Counter[str]()
        while datetime.now(UTC) < stop:
            if hand < EDITORS:
                edit = chance.choice(EDITS)
                edit(shop, chance)
                done[edit.__name__] += 1
                time.sleep(PAUSE_SECONDS)
            else:
                act(chance, buyers, clerk, shop, done)
        return done

    connection.close()  # the pool has as many as there are threads
    done = sum(at_once(THREADS, work), Counter())

    assert {name for name in done if name.isdigit()} <= {str(status) for status in EXPECTED}
    assert done["201"] > 0
    assert done["cancelled"] > 0
    assert done["edit_promotion"] > 0
    assert "deadlock" not in caplog.text  # none is met at all: everybody locks in the same order
    assert Redemption.objects.filter(counted=True).exists()
    assert list(order_differences()) == []
    assert list(stock_differences()) == []
    assert not Order.objects.filter(status="cancelled").exclude(payment_status="not_due").exists()


def act(
    chance: random.Random,
    buyers: dict[int, APIClient],
    clerk: APIClient,
    shop: RandomShop,
    done: Counter[str],
) -> None:
    """Do something that customers or staff do, and note what came of it."""
    buyer, dice = chance.choice(list(buyers.values())), chance.random()
    if dice < 0.1:
        answer = buyer.post(f"{ORDERS}quote/", random_body(shop, chance))
    elif dice < 0.6 or not (open_orders := Order.objects.exclude(status="cancelled")[:8]):
        key = {"headers": {"Idempotency-Key": f"{chance.random()}"}} if dice < 0.3 else {}
        answer = buyer.post(ORDERS, random_body(shop, chance), **key)
    else:  # two may well mean the same one
        order = chance.choice(open_orders)
        status = "processing" if dice > 0.95 else "cancelled"
        client = buyers[order.user_id] if dice < 0.8 else clerk
        answer = client.patch(f"{ORDERS}{order.pk}/", {"status": status})
        done[status] += answer.status_code == 200
    done[str(answer.status_code)] += 1


def edit_rate(shop: RandomShop, chance: random.Random) -> None:
    with transaction.atomic():
        method = DeliveryMethod.objects.select_for_update().get(pk=chance.choice(shop.methods)[0].pk)
        method.free_from = chance.choice([None, Decimal(100), Decimal(10_000)])
        method.save()
        for rate in method.rates.all():
            rate.price += chance.choice([0, 1])
            rate.save()


def edit_zone(shop: RandomShop, chance: random.Random) -> None:
    (zone, parts) = shop.zones[0]
    assert len(parts) == 1
    DeliveryZoneMember.objects.filter(zone=zone).update(postal_prefix=chance.choice(["", "101", "630"]))


def edit_promotion(shop: RandomShop, chance: random.Random) -> None:
    with transaction.atomic():
        row = Promotion.objects.select_for_update().get(pk=chance.choice(shop.offers).row.pk)
        row.min_total = chance.choice([None, Decimal(50)])
        row.save(update_fields=["min_total"])
        row.products.set(chance.sample(shop.products, 5))


def edit_limit(shop: RandomShop, chance: random.Random) -> None:
    with transaction.atomic():
        code = PromotionCode.objects.get(code=chance.choice([each.code for each in shop.offers if each.code]))
        promotion = Promotion.objects.select_for_update().get(pk=code.promotion_id)
        promotion.usage_limit = promotion.used + chance.randint(5, 40)
        promotion.save(update_fields=["usage_limit"])
        code = PromotionCode.objects.select_for_update().get(pk=code.pk)
        code.usage_limit = code.used + chance.randint(5, 40)
        code.save(update_fields=["usage_limit"])


def edit_tax(_shop: RandomShop, chance: random.Random) -> None:
    with transaction.atomic():
        tax_class = TaxClass.objects.select_for_update().order_by("?")[:1].get()
        for rate in TaxRate.objects.filter(tax_class=tax_class):
            rate.rate = chance.choice([None, Decimal(0), Decimal(20), Decimal("12.34")])
            rate.save()


def edit_category(shop: RandomShop, chance: random.Random) -> None:
    update_category(chance.choice(sorted(shop.parents)), name=f"Полка {chance.random()}")
    Category.objects.filter(pk=chance.choice(sorted(shop.parents))).update(tax_class=None)


def edit_price(shop: RandomShop, chance: random.Random) -> None:
    update_product(chance.choice(shop.products).pk, price=Decimal(chance.randint(1, 10_000)) / 100)


def edit_payment_method(_shop: RandomShop, chance: random.Random) -> None:
    with transaction.atomic():
        method = PaymentMethod.objects.get(code="invoice")
        method.max_total = chance.choice([None, Decimal(90_000)])
        method.save()
        method.delivery_methods.set(chance.choice([[], DeliveryMethod.objects.all()]))


EDITS: list[Callable[[RandomShop, random.Random], Any]] = [
    edit_rate,
    edit_zone,
    edit_promotion,
    edit_limit,
    edit_tax,
    edit_category,
    edit_price,
    edit_payment_method,
]
