"""Accounts: who a customer or a member of staff is, and the tokens they call the API with."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    """The application of accounts."""

    name = "apps.users"
    verbose_name = _("Accounts")
