"""The audit trail: who changed what, when, and through what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The application of the audit trail."""

    name = "apps.audit"
    verbose_name = _("Audit trail")
