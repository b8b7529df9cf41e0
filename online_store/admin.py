"""Which site the admin is."""

from django.contrib.admin.apps import AdminConfig


class StoreAdminConfig(AdminConfig):
    """Django's admin, with the store's login."""

    default_site = "apps.users.admin_site.StoreAdminSite"
