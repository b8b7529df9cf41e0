"""`python manage.py make_roles`: the groups of the shop's staff."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.backoffice.roles import make_roles


class Command(BaseCommand):
    """Make the groups."""

    help = "Create the staff groups that are missing; existing groups stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how far it goes."""
        parser.add_argument(
            "--reset",
            action="store_true",
            help="also reset the permissions of existing groups to those shipped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and name it."""
        for name in make_roles(reset=options["reset"]):
            self.stdout.write(name)
