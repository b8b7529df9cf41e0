"""Configuration of a chaos run: its coupons, and staff who edit rates, taxes and promotions beside it.

Both run in the store: `manage.py shell -c "from scripts.chaos.configuration import edit; edit('seed')"`.
"""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

from django.db import DatabaseError, close_old_connections, connection, transaction

from apps.delivery.models import DeliveryMethod, DeliveryRate
from apps.orders.models import PaymentMethod
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxRate
from scripts.chaos.coupons import COUPONS
from scripts.chaos.payers import ONLINE

PAUSE_SECONDS = (0.1, 0.6)  # between two edits
ON_SHARE = 0.8  # of the edits that switch a method on or off
AUTOMATIC = "Edited by staff"
NEW_RATE_FROM = date(2026, 1, 1)


def make_coupons() -> None:
    """Make the coupons, and an automatic promotion to be edited."""
    for coupon in COUPONS:
        promotion = Promotion.objects.create(
            name_ru=coupon.code,
            kind="percent",
            value=coupon.percent,
            trigger="code",
            usage_limit=coupon.usage_limit,
            per_customer_limit=coupon.per_customer_limit,
        )
        PromotionCode.objects.create(promotion=promotion, code=coupon.code, usage_limit=coupon.code_limit)
    Promotion.objects.create(name_ru=AUTOMATIC, kind="percent", scope="items", value=3, trigger="automatic")


def make_payment_methods() -> None:
    """Make two methods that are paid online, so soon that some orders expire within the run."""
    for code in ONLINE:
        values = {
            "name_ru": code,
            "provider": "emulator",
            "terms": "prepaid",
            "expire_minutes": 1,
            "moves_to_processing": True,
        }
        PaymentMethod.objects.update_or_create(code=code, defaults=values)


def edit(seed: str) -> None:
    """Edit one thing after the other until somebody ends the process; what fails is done another time."""
    random = Random(f"{seed}/configuration")
    edits: tuple[Callable[[Random], None], ...] = (_rate, _method, _promotion, _tax)
    while True:
        time.sleep(random.uniform(*PAUSE_SECONDS))
        close_old_connections()
        try:
            with transaction.atomic():
                random.choice(edits)(random)
        except DatabaseError:  # it was killed, or is locked
            connection.close()


def _rate(random: Random) -> None:
    rate = random.choice(list(DeliveryRate.objects.all()))
    rate.price = Decimal(random.randint(0, 50_000)) / 100
    rate.save()


def _method(random: Random) -> None:
    """Switch the post on or off, so that it may be gone between a quote and its order."""
    DeliveryMethod.objects.filter(code="post").update(is_active=random.random() < ON_SHARE)


def _promotion(random: Random) -> None:
    promotion = Promotion.objects.get(name_ru=AUTOMATIC)
    promotion.value = Decimal(random.randint(1, 1000)) / 100
    promotion.save()


def _tax(random: Random) -> None:
    rate = TaxRate.objects.get(tax_class__code="standard", valid_from=NEW_RATE_FROM)
    rate.rate = Decimal(random.randint(1000, 2500)) / 100
    rate.save()
