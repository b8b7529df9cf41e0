"""Shipments: shipped orders are announced to the carrier."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShipmentsConfig(AppConfig):
    """The application of shipments."""

    name = "apps.shipments"
    verbose_name = _("Shipments")

    def ready(self) -> None:
        """Register the job that announces a shipped order."""
        import_module("apps.shipments.jobs")
