"""`python manage.py check_migrations`: whether each may run while the store sells. A part of `make lint`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.common.safe_migrations import unsafe_operations


class Command(BaseCommand):
    """Read the migrations, without a database."""

    help = "Check that migrations take no long lock and work beside the previous release. Needs no database."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every operation that is not safe. Raises CommandError when there is one."""
        if found := unsafe_operations():
            for problem in found:
                self.stderr.write(problem)
            raise CommandError(
                f"{len(found)} operations are not safe while the store runs. CONTRIBUTING.md, Migrations, "
                "shows safe ways, and how a migration says why it may stay as it is."
            )
        self.stdout.write("No migration would block or break a running store.")
