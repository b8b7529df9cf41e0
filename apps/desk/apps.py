"""The desk: what the shop's staff see first, and what each of them may do."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The application of the staff desk."""

    name = "apps.desk"
    verbose_name = _("Staff desk")

    def ready(self) -> None:
        """Connect what follows a migration."""
        import_module("apps.desk.receivers")
