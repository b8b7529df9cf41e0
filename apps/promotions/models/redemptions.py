"""Model of the redemptions of promotions: which orders use them."""

from typing import Self

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.core.normalization import EMAIL
from apps.promotions.models.codes import PromotionCode
from apps.promotions.models.promotions import Promotion
from apps.users.models import User

_EMAIL_SALT = "apps.promotions.email"


def email_hash(email: str) -> str:
    """Return what is kept of a customer's e-mail address: it tells the address to nobody without the key."""
    return salted_hmac(_EMAIL_SALT, EMAIL.key(email), algorithm="sha256").hexdigest() if email else ""


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    """Questions about redemptions."""

    def unreleased(self) -> Self:
        """Return those of orders that are not cancelled."""
        return self.filter(released_at=None)

    def by_customer(self, user: User) -> Self:
        """Return those of the user, and of whoever else had the same e-mail address."""
        is_theirs = models.Q(user=user)
        if user.email:
            is_theirs |= models.Q(email_hash=email_hash(user.email))
        return self.filter(is_theirs)


class Redemption(models.Model):
    """The use of a promotion by an order, until the order is cancelled (`released_at`).

    `counted` ones stand in the counters of the promotion and its code. The e-mail address is kept as an HMAC.
    """

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="redemptions", db_index=False, verbose_name=_("promotion")
    )
    code = models.ForeignKey(
        PromotionCode, models.PROTECT, null=True, related_name="redemptions", verbose_name=_("code")
    )
    order_id = models.BigIntegerField(_("order"))  # a plain number: promotions know nothing of orders
    user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("customer")
    )
    email_hash = models.CharField(_("digest of the e-mail address"), max_length=64, blank=True, default="")
    counted = models.BooleanField(_("counted"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    released_at = models.DateTimeField(_("given back"), null=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "order_id"], name="promotions_redemption_once_per_order"
            ),
        ]
        indexes = [
            models.Index(fields=["order_id"], name="promotions_redemption_of_order"),
            models.Index(
                fields=["promotion", "user"],
                name="promotions_redemption_by_user",
                condition=models.Q(released_at=None),
            ),
            models.Index(
                fields=["promotion", "email_hash"],
                name="promotions_redemption_by_email",
                condition=models.Q(released_at=None),
            ),
            models.Index(fields=["user"], name="promotions_redemption_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id}: {self.order_id}"
