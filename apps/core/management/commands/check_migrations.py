"""`python manage.py check_migrations`: whether each may run while the store sells. A part of `make lint`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from apps.core.database.migration_linter import unsafe_operations


class Command(BaseCommand):
    """Read the migrations, without a database."""

    help = (
        "Check that migrations take no long locks and work alongside the previous release. Needs no database."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every operation that is not safe. Raises CommandError when there is one."""
        if found := unsafe_operations():
            for problem in found:
                self.stderr.write(problem)
            raise CommandError(
                f"{len(found)} operation{pluralize(len(found), ' is,s are')} not safe while the store runs. "
                "docs/migrations.md says what to write instead, and how to declare an exception."
            )
        self.stdout.write("No migration would block or break a running store.")
