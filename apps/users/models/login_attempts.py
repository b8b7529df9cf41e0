"""Failed logins and known places, both under digests: the rules stand in `login_throttling.py`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginFailures(models.Model):
    """How many logins to one account, or from one address, have failed: see `login_throttling`.

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


class KnownPlace(models.Model):
    """An address from which an account was logged in to: strangers' failures do not lock its owner out there.

    The key is a digest of both, and of the stamp that is another one when the account's logins have ended.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    forgotten_at = models.DateTimeField(_("forgotten"), db_index=True)

    class Meta:
        verbose_name = _("known place")
        verbose_name_plural = _("known places")

    def __str__(self) -> str:
        return self.key
