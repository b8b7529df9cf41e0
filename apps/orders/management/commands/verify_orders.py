"""`python manage.py verify_orders`: whether every cent of the orders is accounted for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from apps.orders.order_reconciliation import order_differences


class Command(BaseCommand):
    """Compare the totals of all orders with their parts, and the uses of promotions with the orders."""

    help = (
        "Compare the totals of all orders with their lines, discounts, taxes and cancellations, and the "
        "counters of promotions with their uses; print every difference, and fail if there is one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every difference.

        Raises CommandError when there is one.
        """
        differences = list(order_differences())
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            count = len(differences)
            raise CommandError(f"{count} difference{pluralize(count)} in orders and promotions.")
        self.stdout.write("Orders and promotions add up.")
