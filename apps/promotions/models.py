"""Models of promotions: what they are worth and when, their codes, and each use of one."""

import unicodedata
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.models import Category, Product
from apps.core.database.querysets import SignallingQuerySet
from apps.store.models import NamedInLanguages


class PromotionKind(models.TextChoices):
    """What a promotion takes off."""

    PERCENT = "percent", _("percent off")
    FIXED = "fixed", _("fixed amount off")
    FREE_DELIVERY = "free_delivery", _("free delivery")


class PromotionScope(models.TextChoices):
    """What it is taken off."""

    ORDER = "order", _("the order")
    ITEMS = "items", _("each line")


class PromotionTrigger(models.TextChoices):
    """What makes it apply."""

    CODE = "code", _("a code")
    AUTOMATIC = "automatic", _("by itself")


class PromotionQuerySet(SignallingQuerySet["Promotion"]):
    """Questions about promotions."""

    def count_uses(self, number: int) -> int:
        """Add to the uses and return the count of rows. It is no edit: the configuration stays."""
        return models.QuerySet.update(self, used=models.F("used") + number)


@audited()
class Promotion(NamedInLanguages):
    """A discount with its conditions. `value` is percent, or money in the store's currency."""

    AUDITED_FIELDS = (
        "name_ru",
        "name_en",
        "kind",
        "scope",
        "value",
        "trigger",
        "is_active",
        "starts_at",
        "ends_at",
        "min_total",
        "usage_limit",
        "per_customer_limit",
        "first_order_only",
    )

    kind = models.CharField(_("kind"), max_length=20, choices=PromotionKind.choices)
    scope = models.CharField(
        _("taken off"), max_length=10, choices=PromotionScope.choices, default=PromotionScope.ORDER
    )
    value = models.DecimalField(
        _("value"), max_digits=15, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    trigger = models.CharField(_("applies by"), max_length=10, choices=PromotionTrigger.choices)
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    min_total = models.DecimalField(
        _("from a total of"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    usage_limit = models.PositiveIntegerField(_("uses in total, at most"), null=True, blank=True)
    per_customer_limit = models.PositiveIntegerField(_("uses by a customer, at most"), null=True, blank=True)
    first_order_only = models.BooleanField(_("first order only"), default=False)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    products = models.ManyToManyField(Product, blank=True, related_name="+", verbose_name=_("products"))
    categories = models.ManyToManyField(Category, blank=True, related_name="+", verbose_name=_("categories"))

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(trigger="automatic", scope="items") | models.Q(kind="percent"),
                name="promotions_promotion_lines_by_percent",
            ),
            models.CheckConstraint(
                condition=~models.Q(trigger="automatic")
                | models.Q(usage_limit=None, per_customer_limit=None, first_order_only=False),
                name="promotions_promotion_automatic_without_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(used__gte=0)
                & (models.Q(usage_limit=None) | models.Q(used__lte=models.F("usage_limit"))),
                name="promotions_promotion_used_within_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="percent", value__gt=0, value__lte=100)
                | models.Q(kind="fixed", value__gt=0)
                | models.Q(kind="free_delivery", value=0),
                name="promotions_promotion_value_fits_kind",
            ),
        ]


def code_as_kept(text: str) -> str:
    """Return a code as it is kept and looked up: trimmed, upper-case, composed (NFC)."""
    return unicodedata.normalize("NFC", text.strip().upper())


class PromotionCodeQuerySet(models.QuerySet["PromotionCode"]):
    """Questions about codes."""

    def with_code(self, text: str) -> "PromotionCodeQuerySet":
        """Return the code that a customer typed, in whatever case."""
        return self.filter(code=code_as_kept(text))


class PromotionCode(models.Model):
    """A code of a promotion; a batch of them can be used once each."""

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="codes", verbose_name=_("promotion")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    usage_limit = models.PositiveIntegerField(_("uses in total, at most"), null=True, blank=True)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = PromotionCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("promotion code")
        verbose_name_plural = _("promotion codes")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used__gte=0)
                & (models.Q(usage_limit=None) | models.Q(used__lte=models.F("usage_limit"))),
                name="promotions_promotioncode_used_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the code in the spelling it is looked up by."""
        self.code = code_as_kept(self.code)
        super().save(*args, **kwargs)


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
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    email_hash = models.CharField(max_length=64, blank=True, default="")
    counted = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    released_at = models.DateTimeField(_("given back"), null=True)

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
