"""Model of the codes of promotions."""

import re
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.audit.registry import audited
from apps.core.database.key_columns import CleanCharField
from apps.core.normalization import CAPITALS
from apps.promotions.models.promotions import Promotion, PromotionTrigger, not_used_up, scope_of

MAX_CODE_LENGTH = 40
_WRITABLE = re.compile(r"[\w-]+")


def code_as_kept(text: str) -> str:
    """Return a code as it is kept and looked up: trimmed, upper-case, composed (NFC)."""
    return CAPITALS.clean(text)


class PromotionCodeQuerySet(models.QuerySet["PromotionCode"]):
    """Questions about codes."""

    def valid(self) -> Self:
        """Return the codes that customers can use, at some time."""
        of_promotion = {"promotion__is_active": True, "promotion__trigger": PromotionTrigger.CODE}
        return self.filter(is_active=True, **of_promotion)

    def usable(self) -> Self:
        """Return those that can be used once more."""
        return self.filter(not_used_up(), is_active=True)

    def limited(self) -> Self:
        """Return those whose uses are counted."""
        return self.exclude(usage_limit=None)

    def locked(self) -> Self:
        """Lock the rows until the transaction ends, in one order for all, after their promotions."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def count_uses(self, number: int) -> int:
        """Add to the uses and return the count of rows."""
        return self.update(used=models.F("used") + number)

    def recount(self) -> None:
        """Bring the uses of limited codes to what stands in their redemptions.

        Orders that came in while a limit was set can be more than it allows.
        """
        is_counted = models.Q(redemptions__counted=True, redemptions__released_at=None)
        codes = PromotionCode.objects.filter(pk=models.OuterRef("pk")).order_by()
        uses = codes.annotate(uses=models.Count("redemptions", filter=is_counted)).values("uses")
        self.limited().update(used=Least(models.F("usage_limit"), models.Subquery(uses)))

    def with_promotion(self) -> Self:
        """Read the promotion along, and the ids of its products and categories."""
        return self.select_related("promotion").annotate(**scope_of("promotion"))


@audited()
class PromotionCode(models.Model):
    """A code of a promotion; a batch of them can be used once each."""

    AUDITED_FIELDS = ("promotion", "code", "usage_limit", "is_active")

    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="codes", verbose_name=_("promotion")
    )
    code = CleanCharField(_("code"), kind=CAPITALS, max_length=MAX_CODE_LENGTH, unique=True)
    usage_limit = models.PositiveIntegerField(_("uses in total, at most"), null=True, blank=True)
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(pgettext_lazy("promotion code", "active"), default=True)

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

    @property
    def is_limited(self) -> bool:
        """Tell whether its uses are counted, for its own limit or the promotion's."""
        return self.usage_limit is not None or self.promotion.is_limited

    def clean(self) -> None:
        """Refuse what customers could not type. Raises ValidationError."""
        if self.code and not _WRITABLE.fullmatch(self.code):
            raise ValidationError({"code": _("Use letters, digits, hyphens and underscores only.")})
