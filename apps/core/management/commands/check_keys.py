"""`python manage.py check_keys`: the rows that cannot be told apart by name, address or sku."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from apps.core.database.derived_columns_refill import refresh_derived
from apps.core.database.key_columns_refill import (
    collisions,
    key_columns,
    keyed_models,
    refresh_keys,
    refuse_collisions,
)


class Command(BaseCommand):
    """List what a migration would refuse, and bring rows into form that were written past the models."""

    help = (
        "List rows with the same username, e-mail address or SKU in different spellings; works before a "
        "migration, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whether anything is to be written."""
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="recompute the keys and search texts of rows written by another release or by SQL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when there are such rows."""
        refuse_collisions(
            [found for model in keyed_models() for found in collisions(model, key_columns(model))]
        )
        if options["refresh"]:
            count = refresh_keys() + refresh_derived()
            self.stdout.write(f"{count} row{pluralize(count)} refreshed.")
        self.stdout.write("No duplicates found.")
