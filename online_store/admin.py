"""The admin site of the project."""

from django.contrib.admin.apps import AdminConfig


class StoreAdminConfig(AdminConfig):
    """Django's admin, with the store's login and dashboard."""

    default_site = "apps.backoffice.site.BackofficeSite"
