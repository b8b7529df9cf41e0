"""Uses of promotions and codes, counted anew when a limit is set."""

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from apps.promotions.models import Promotion, PromotionCode


def count_present_uses(promotion: Promotion) -> None:
    """Count every use of the locked promotion, and of its limited codes; `used` is left to be saved.

    Orders that are being placed by an unlimited code are there too late: they are not counted.
    """
    present = promotion.redemptions.unreleased()
    present.filter(counted=False).update(counted=True)
    promotion.used = present.count()
    promotion.codes.all().recount()


def refuse_limit_below_uses(row: Promotion | PromotionCode, limit: int | None) -> None:
    """Raise ValidationError when more orders use the locked row already than the limit allows."""
    if limit is None or row.pk is None:
        return
    uses = row.redemptions.unreleased().count()
    if uses > limit:
        text = ngettext(
            "%(count)d order uses it already: the limit cannot be lower.",
            "%(count)d orders use it already: the limit cannot be lower.",
            uses,
        )
        raise ValidationError({"usage_limit": text % {"count": uses}})
