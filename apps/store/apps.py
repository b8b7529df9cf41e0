"""The store: what all parts of the shop are set up by, such as its taxes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    """The application of the store's set-up."""

    name = "apps.store"
    verbose_name = _("Store")
    rows_of_migrations = {"store_configversion": 1, "store_taxclass": 6, "store_taxrate": 7}
