"""`python manage.py load_demo`: demo data for an empty store."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from apps.catalog.models import Product
from apps.catalog.product_import import import_products
from apps.users.models import User

PRODUCTS = Path(__file__).resolve().parents[2] / "demo" / "products.csv"
STAFF_LOGIN, CUSTOMER_LOGIN = "admin", "customer"
DEMO_PASSWORD = "online-store-demo"  # noqa: S105  it stands in the README too


class Command(BaseCommand):
    """Fill an empty store once."""

    help = "Load the demo catalogue into an empty store and, in embedded mode, create the demo logins."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing; a store that has products or users keeps them as they are."""
        if not Product.objects.exists():
            with PRODUCTS.open("rb") as file:
                import_products(file)
        # A password that stands in the documentation is for a store on one's own machine only.
        if settings.STORE_EMBEDDED and not User.objects.exists():
            User.objects.create_superuser(STAFF_LOGIN, "admin@example.com", DEMO_PASSWORD)
            User.objects.create_user(CUSTOMER_LOGIN, "customer@example.com", DEMO_PASSWORD)
