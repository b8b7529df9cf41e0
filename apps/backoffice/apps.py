"""Back office: the admin site, its dashboard and the roles of staff."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    """The application of the back office."""

    name = "apps.backoffice"
    verbose_name = _("Staff desk")

    def ready(self) -> None:
        """Connect what follows a migration."""
        import_module("apps.backoffice.receivers")
