"""Work that must not be lost: jobs are rows, and whoever claims a row does its work."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """The application of jobs."""

    name = "apps.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        """Let a Celery worker of this project sweep for due jobs, and hand back what it cannot finish.

        And let lost drops of the cache be repeated.
        """
        import_module("apps.jobs.cache_invalidation")
        import_module("apps.jobs.celery_steps")
