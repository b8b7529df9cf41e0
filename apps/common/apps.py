"""The shared ground of the apps: errors, caching, pages, mail. It has no models and knows no other app."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Register the management commands and templates of this package."""

    name = "apps.common"
