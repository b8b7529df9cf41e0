"""Back office: the admin site, its dashboard and the roles of staff."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    """The application of the back office."""

    name = "apps.backoffice"
    verbose_name = _("Back office")
