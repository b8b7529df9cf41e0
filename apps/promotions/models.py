"""Models of promotions: what they are worth and when, their codes, and each use of one."""

import unicodedata
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.audit.registry import audited
from apps.catalog.models import Category, Product
from apps.core.database.collected_ids import CollectedIds
from apps.core.database.querysets import SignallingQuerySet
from apps.core.normalization import EMAIL
from apps.store.models import NamedInLanguages
from apps.users.models import User

_EMAIL_SALT = "apps.promotions.email"


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


def _not_used_up() -> models.Q:
    return models.Q(usage_limit=None) | models.Q(used__lt=models.F("usage_limit"))


class PromotionQuerySet(SignallingQuerySet["Promotion"]):
    """Questions about promotions."""

    def automatic(self) -> Self:
        """Return the promotions that apply by themselves, now or at another time."""
        return self.filter(trigger=PromotionTrigger.AUTOMATIC, is_active=True)

    def with_scope(self) -> Self:
        """Read the ids of products and categories along, as `product_ids` and `category_ids`."""
        return self.annotate(**_scope_of("pk"))

    def usable(self) -> Self:
        """Return those that can be used once more."""
        return self.filter(_not_used_up(), is_active=True)

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

    product_ids: list[int] | None  # read by `with_scope`
    category_ids: list[int] | None

    objects = PromotionQuerySet.as_manager()

    @property
    def is_limited(self) -> bool:
        """Tell whether its uses are counted, whatever its codes are limited to."""
        has_limit = self.usage_limit is not None or self.per_customer_limit is not None
        return has_limit or self.first_order_only

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


# Without any, a promotion is for everything: the last one it names cannot be deleted from under it.
Promotion.products.through._meta.get_field("product").remote_field.on_delete = models.PROTECT
Promotion.categories.through._meta.get_field("category").remote_field.on_delete = models.PROTECT


def _scope_of(promotion: str) -> dict[str, CollectedIds]:
    return {
        "product_ids": CollectedIds(Promotion.products.through, "product_id", promotion=promotion),
        "category_ids": CollectedIds(Promotion.categories.through, "category_id", promotion=promotion),
    }


def code_as_kept(text: str) -> str:
    """Return a code as it is kept and looked up: trimmed, upper-case, composed (NFC)."""
    return unicodedata.normalize("NFC", text.strip().upper())


def email_hash(email: str) -> str:
    """Return what is kept of a customer's e-mail address: it tells the address to nobody without the key."""
    return salted_hmac(_EMAIL_SALT, EMAIL.key(email), algorithm="sha256").hexdigest() if email else ""


class PromotionCodeQuerySet(models.QuerySet["PromotionCode"]):
    """Questions about codes."""

    def with_code(self, text: str) -> "PromotionCodeQuerySet":
        """Return the code that a customer typed, in whatever case."""
        return self.filter(code=code_as_kept(text))

    def valid(self) -> Self:
        """Return the codes that customers can use, at some time."""
        of_promotion = {"promotion__is_active": True, "promotion__trigger": PromotionTrigger.CODE}
        return self.filter(is_active=True, **of_promotion)

    def usable(self) -> Self:
        """Return those that can be used once more."""
        return self.filter(_not_used_up(), is_active=True)

    def count_uses(self, number: int) -> int:
        """Add to the uses and return the count of rows."""
        return self.update(used=models.F("used") + number)

    def with_promotion(self) -> Self:
        """Read the promotion along, and the ids of its products and categories."""
        return self.select_related("promotion").annotate(**_scope_of("promotion"))


class PromotionCode(models.Model):
    """A code of a promotion; a batch of them can be used once each."""

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="codes", verbose_name=_("promotion")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    usage_limit = models.PositiveIntegerField(_("uses in total, at most"), null=True, blank=True)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    product_ids: list[int] | None  # those of the promotion, read by `with_promotion`
    category_ids: list[int] | None

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

    @property
    def is_limited(self) -> bool:
        """Tell whether its uses are counted, for its own limit or the promotion's."""
        return self.usage_limit is not None or self.promotion.is_limited


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
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    email_hash = models.CharField(max_length=64, blank=True, default="")
    counted = models.BooleanField(default=False)
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
