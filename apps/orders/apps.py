"""Orders: placed, moved along, invoiced, announced."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The application of orders."""

    name = "apps.orders"
    verbose_name = _("Orders")
