"""Tables that staff take out and bring in as CSV files, by jobs."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    """The application of exports."""

    name = "apps.exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        """Register the audit trail and the handler that writes exports; have old ones deleted daily."""
        import_module("apps.exports.audit_trail")
        import_module("apps.exports.erasure")
        import_module("apps.exports.jobs")
        import_module("apps.exports.services")
