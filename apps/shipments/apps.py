"""Shipments: shipped orders are announced to the carrier."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShipmentsConfig(AppConfig):
    """The application of shipments."""

    name = "apps.shipments"
    verbose_name = _("Shipments")
