"""The project as an app: autodiscovery of what the apps register, and warnings about the settings."""

import logging

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from apps.jobs.checks import check_declarations

# Modules that register something when they are imported. An app that has one of them needs no line anywhere:
# Django does the same with `admin`, and Celery with `tasks`.
REGISTERING = (
    "caching",
    "configuration",
    "erasure",
    "exceptions",
    "exports",
    "handlers",
    "jobs",
    "maintenance",
    "receivers",
    "revocation",
)

logger = logging.getLogger(__name__)


class OnlineStoreConfig(AppConfig):
    """The project as an app, which brings templates and commands."""

    name = "online_store"

    def ready(self) -> None:
        """Import what registers itself; log what works as it is set, and should not be so.

        Raises ImproperlyConfigured when a job would have no handler.
        """
        autodiscover_modules(*REGISTERING)
        check_declarations()
        for warning in settings.CONFIGURATION_WARNINGS:
            logger.warning(warning)
