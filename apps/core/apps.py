"""Core of all apps: API conventions, caching, database, mail. It has no models and knows no other app."""

import logging

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The application of what all share: its management commands and its log."""

    name = "apps.core"

    def ready(self) -> None:
        """Let Python's warnings be lines of the log."""
        logging.captureWarnings(True)
