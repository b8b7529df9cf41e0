"""Payments: money of orders, through providers and by hand."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """The application of payments."""

    name = "apps.payments"
    verbose_name = _("Payments")
