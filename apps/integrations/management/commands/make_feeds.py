"""`python manage.py make_feeds`: make the feeds and the sitemap anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.integrations.services import order_feeds


class Command(BaseCommand):
    """Order jobs that make the feeds and the sitemap anew."""

    help = "Have the feeds and the sitemap made anew by jobs; those that are being made are left to it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Order the jobs.

        Raises CommandError where the addresses of products are not known.
        """
        if not settings.PRODUCT_URL_TEMPLATE:
            raise CommandError("Set PRODUCT_URL_TEMPLATE, the address of a product's page in the shop.")
        ordered = order_feeds()
        self.stdout.write(f"Ordered: {', '.join(feed.kind for feed in ordered) or 'nothing new'}.")
