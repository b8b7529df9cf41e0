"""`python manage.py verify_payments`: whether every cent that was paid or given back is accounted for."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from django.utils import timezone

from apps.payments.payment_reconciliation import payment_differences, provider_differences, providers_to_ask
from apps.payments.providers.base import ProviderRefused, ProviderUnavailable

DAYS = 3
MOST_DAYS = 90


class Command(BaseCommand):
    """Compare orders, payments and refunds with each other, and with what providers know."""

    help = (
        "Compare the money of all orders with their payments and refunds; print every difference, and fail "
        "if there is one. With --ask the payments of the last days are compared with what providers say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether providers are asked, and about how many days."""
        parser.add_argument("--ask", action="store_true", help="ask the providers, too")
        parser.add_argument("--days", type=int, default=DAYS, help=f"about so many days (default {DAYS})")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every difference.

        Raises CommandError when there is one, or when a provider cannot be asked.
        """
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days must be a number from 1 to {MOST_DAYS}.")
        lines = list(map(str, payment_differences()))
        if options["ask"]:
            lines += self._told_by_providers(options["days"])
        for line in lines:
            self.stderr.write(line)
        if lines:
            raise CommandError(f"{len(lines)} difference{pluralize(len(lines))} in payments.")
        self.stdout.write("Payments add up.")

    def _told_by_providers(self, days: int) -> Iterator[str]:
        since = timezone.now() - timedelta(days=days)
        for code in providers_to_ask(since):
            try:
                yield from map(str, provider_differences(code, since))
            except (ProviderUnavailable, ProviderRefused) as error:
                yield f"{code} cannot be asked: {error}"
