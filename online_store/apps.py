"""What is said when the store is loaded."""

import logging

from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class OnlineStoreConfig(AppConfig):
    """The project as an app, which brings templates and commands."""

    name = "online_store"

    def ready(self) -> None:
        """Write into the log what works as it is set, and should not be so."""
        for warning in settings.CONFIGURATION_WARNINGS:
            logger.warning(warning)
