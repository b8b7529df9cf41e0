"""Integrations: what other systems write in bulk, and what they fetch."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """The application of integrations."""

    name = "apps.integrations"
    verbose_name = _("Integrations")
