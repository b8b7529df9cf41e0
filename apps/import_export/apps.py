"""Import and export of tables as files, by jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportExportConfig(AppConfig):
    """The application of exports."""

    name = "apps.import_export"
    verbose_name = _("Exports")
