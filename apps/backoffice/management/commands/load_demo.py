"""`python manage.py load_demo`: demo data for an empty store."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from apps.backoffice.demo import (
    load_attributes,
    load_catalogue,
    load_delivery,
    load_payments,
    load_pictures,
    load_promotion,
)
from apps.catalog.models import Product
from apps.delivery.models import DeliveryMethod, DeliveryZone, PickupPoint
from apps.orders.models import PaymentMethod
from apps.promotions.models import Promotion
from apps.store.models import Seller
from apps.users.models import User

STAFF_LOGIN, CUSTOMER_LOGIN = "admin", "customer"
DEMO_PASSWORD = "online-store-demo"  # noqa: S105  it stands in the README too
DELIVERY_MODELS = (DeliveryMethod, DeliveryZone, PickupPoint)


class Command(BaseCommand):
    """Fill an empty store once."""

    help = (
        "Load demo products, delivery and payment methods, and codes into an empty store; embedded, also "
        "create the demo logins."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the option."""
        parser.add_argument("--without-pictures", action="store_true", help="do not draw any")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing; a store that has products or users keeps them as they are."""
        with transaction.atomic():
            is_empty = not Product.objects.exists()
            made = [*(_shop() if is_empty else ()), *_logins()]
        if is_empty and not options["without_pictures"]:  # files are not written inside of a transaction
            made.append(load_pictures())
        for line in made or ["nothing, the store has products of its own"]:
            self.stdout.write(f"Demo data: {line}")


def _shop() -> Iterator[str]:
    yield load_catalogue()
    yield load_attributes()
    if not any(model.objects.exists() for model in DELIVERY_MODELS):
        yield load_delivery()
    if not (Seller.objects.exists() or PaymentMethod.objects.exclude(code="manual").exists()):
        yield load_payments()
    if not Promotion.objects.exists():
        yield load_promotion()


def _logins() -> Iterator[str]:
    # A password that stands in the documentation is for a store on one's own machine only.
    if settings.STORE_EMBEDDED and not User.objects.exists():
        User.objects.create_superuser(STAFF_LOGIN, "admin@example.com", DEMO_PASSWORD)
        User.objects.create_user(CUSTOMER_LOGIN, "customer@example.com", DEMO_PASSWORD)
        yield f"the logins {STAFF_LOGIN} and {CUSTOMER_LOGIN}"
