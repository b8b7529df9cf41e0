"""Tables that staff take out and bring in as CSV files, by jobs."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportExportConfig(AppConfig):
    """The application of exports."""

    name = "apps.import_export"
    verbose_name = _("Exports")

    def ready(self) -> None:
        """Register the audit trail and the handler that writes exports; have old ones deleted daily."""
        import_module("apps.import_export.audit_trail")
        import_module("apps.import_export.erasure")
        import_module("apps.import_export.jobs")
        import_module("apps.import_export.services")
