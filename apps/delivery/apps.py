"""Delivery: addresses, pick-up points, and the methods by which orders reach their customers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """The application of delivery."""

    name = "apps.delivery"
    verbose_name = _("Delivery")
