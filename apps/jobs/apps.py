"""Jobs, which must not be lost: they are rows, and the worker that claims a row does its work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """The application of jobs."""

    name = "apps.jobs"
    verbose_name = _("Jobs")
