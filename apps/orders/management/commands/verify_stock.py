"""`python manage.py verify_stock`: whether every piece is accounted for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from apps.orders.stock_reconciliation import stock_differences


class Command(BaseCommand):
    """Compare stock, ledger and orders of the whole catalogue."""

    help = (
        "Compare stock, ledger and orders of all products; print every difference, and fail if there is one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every difference.

        Raises CommandError when there is one.
        """
        differences = list(stock_differences())
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            count = len(differences)
            raise CommandError(f"{count} difference{pluralize(count)} between stock, ledger and orders.")
        self.stdout.write("Stock, ledger and orders agree.")
