"""Failed logins and known IP addresses. Keys are digests (`login_throttling.py`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginFailures(models.Model):
    """How many logins to one account, or from one IP address, have failed (`login_throttling.py`).

    The key is a digest: people type passwords where the name belongs.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    kind = models.CharField(_("kind"), max_length=10)
    failures = models.IntegerField(_("failures"))
    next_at = models.DateTimeField(_("next attempt"))
    forgotten_at = models.DateTimeField(_("forgotten"), db_index=True)

    class Meta:
        verbose_name = _("failed logins")
        verbose_name_plural = _("failed logins")

    def __str__(self) -> str:
        return f"{self.kind}: {self.failures}"


class KnownIP(models.Model):
    """An IP address from which an account was logged in to: strangers do not lock its owner out there.

    The key is a digest of both, and of the stamp that is another one when the account's logins have ended.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    forgotten_at = models.DateTimeField(_("forgotten"), db_index=True)

    class Meta:
        verbose_name = _("known IP address")
        verbose_name_plural = _("known IP addresses")

    def __str__(self) -> str:
        return self.key
