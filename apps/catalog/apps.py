"""The catalogue: categories, products and their stock."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """The application of the catalogue."""

    name = "apps.catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Register exports, imports and what erases a customer; connect the signals that drop caches."""
        import_module("apps.catalog.erasure")
        import_module("apps.catalog.exports")
        import_module("apps.catalog.product_import.jobs")
        import_module("apps.catalog.receivers")
