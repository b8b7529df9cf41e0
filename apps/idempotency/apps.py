"""Requests that a client may send again: what carries the same key is carried out once."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdempotencyConfig(AppConfig):
    """The application of keyed requests."""

    name = "apps.idempotency"
    verbose_name = _("Idempotent requests")
