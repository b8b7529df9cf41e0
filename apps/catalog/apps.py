"""The catalogue: categories, products and their stock."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """The application of the catalogue."""

    name = "apps.catalog"
    verbose_name = _("Catalogue")
    rows_of_migrations = {"catalog_attribute": 2}
