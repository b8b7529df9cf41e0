"""Orders: placed, processed, invoiced, shipped."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The application of orders."""

    name = "apps.orders"
    verbose_name = _("Orders")
    rows_of_migrations = {"orders_paymentmethod": 1}
