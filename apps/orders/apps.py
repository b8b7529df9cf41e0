"""Orders: placed, moved along, invoiced, announced."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The application of orders."""

    name = "apps.orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Register jobs, exports and what erases a customer; connect the signals that drop caches."""
        import_module("apps.orders.erasure")
        import_module("apps.orders.exports")
        import_module("apps.orders.jobs")
        import_module("apps.orders.receivers")
