"""Work that must not be lost: jobs are rows, and whoever claims a row does its work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """The application of jobs."""

    name = "apps.jobs"
    verbose_name = _("Jobs")
