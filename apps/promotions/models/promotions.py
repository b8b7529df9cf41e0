"""Model of promotions."""

from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.audit.registry import audited
from apps.catalog.models import Category, Product
from apps.core.database.collected_ids import CollectedIds
from apps.core.database.querysets import SignallingQuerySet
from apps.store.models import NamedInLanguages

MAX_PRODUCTS = 5_000  # that a promotion lists: every process keeps them in memory


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


def scope_of(promotion: str) -> dict[str, CollectedIds]:
    """Return expressions for the ids of products and categories of the promotion at this path."""
    return {
        "product_ids": CollectedIds(Promotion.products.through, "product_id", promotion_id=promotion),
        "category_ids": CollectedIds(Promotion.categories.through, "category_id", promotion_id=promotion),
    }


def not_used_up() -> models.Q:
    """Return the condition that a promotion, or a code, can be used once more."""
    return models.Q(usage_limit=None) | models.Q(used__lt=models.F("usage_limit"))


class PromotionQuerySet(SignallingQuerySet["Promotion"]):
    """Questions about promotions."""

    def automatic(self) -> Self:
        """Return the promotions that apply by themselves, now or at another time."""
        return self.filter(trigger=PromotionTrigger.AUTOMATIC, is_active=True)

    def with_scope(self) -> Self:
        """Read the ids of products and categories along, as `product_ids` and `category_ids`."""
        return self.annotate(**scope_of("pk"))

    def locked(self) -> Self:
        """Lock the rows until the transaction ends, in one order for all."""
        # no_key: redemptions, which refer to a promotion, need not wait.
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def usable(self) -> Self:
        """Return those that can be used once more."""
        return self.filter(not_used_up(), is_active=True)

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
    LIMITS = ("usage_limit", "per_customer_limit", "first_order_only")

    kind = models.CharField(_("kind"), max_length=20, choices=PromotionKind.choices)
    scope = models.CharField(
        _("taken off"), max_length=10, choices=PromotionScope.choices, default=PromotionScope.ORDER
    )
    value = models.DecimalField(
        _("value"), max_digits=15, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    trigger = models.CharField(_("applies by"), max_length=10, choices=PromotionTrigger.choices)
    is_active = models.BooleanField(pgettext_lazy("promotion", "active"), default=True)
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

    @property
    def is_limited(self) -> bool:
        """Tell whether its uses are counted, whatever its codes are limited to."""
        has_limit = self.usage_limit is not None or self.per_customer_limit is not None
        return has_limit or self.first_order_only

    def clean(self) -> None:
        """Refuse what the constraints refuse, in words. Raises ValidationError, by field."""
        faults = {"value": self._fault_of_value(), "ends_at": self._fault_of_end()}
        if self.trigger == PromotionTrigger.AUTOMATIC:
            faults |= self._faults_of_automatic()
        if found := {field: fault for field, fault in faults.items() if fault}:
            raise ValidationError(found)

    def _fault_of_value(self) -> str | Promise:
        if not isinstance(self.value, Decimal | int):
            return ""  # what the form could not read, it has refused
        if self.kind == PromotionKind.FREE_DELIVERY:
            return _("Enter 0: free delivery takes off what the delivery costs.") if self.value else ""
        if self.kind == PromotionKind.PERCENT and not 0 < self.value <= 100:
            return _("Enter a percentage above 0 and up to 100.")
        return _("Enter an amount above 0.") if self.value <= 0 else ""

    def _fault_of_end(self) -> str | Promise:
        is_backwards = self.starts_at and self.ends_at and self.ends_at <= self.starts_at
        return _("The end must be after the start.") if is_backwards else ""

    def _faults_of_automatic(self) -> dict[str, str | Promise]:
        faults: dict[str, str | Promise] = {
            name: _("Only promotions with a code have limits.") for name in self.LIMITS
        }
        faults = {name: fault for name, fault in faults.items() if getattr(self, name) not in (None, False)}
        if self.scope == PromotionScope.ITEMS and self.kind != PromotionKind.PERCENT:
            faults["scope"] = _("Only a percentage can be taken off each line.")
        return faults


# Without any, a promotion is for everything: the last one it names cannot be deleted from under it.
Promotion.products.through._meta.get_field("product").remote_field.on_delete = models.PROTECT
Promotion.categories.through._meta.get_field("category").remote_field.on_delete = models.PROTECT

# Where the admin says what keeps a product or category, it names the promotion, not the row between them.
for _through in (Promotion.products.through, Promotion.categories.through):
    _through._meta.verbose_name = Promotion._meta.verbose_name
    _through.__str__ = lambda row: str(getattr(row, "promotion"))  # type: ignore[method-assign]  # noqa: B009
