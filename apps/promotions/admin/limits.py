"""Forms of rows that have a limit of uses."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.core.admin.optimistic_locking import VersionedForm
from apps.promotions.models import Promotion, PromotionCode
from apps.promotions.services import refuse_limit_below_uses


class LimitedForm(VersionedForm):
    """A form that refuses a limit below the uses; it needs the row locked."""

    def clean(self) -> dict[str, Any]:
        """Compare the limit with the orders that use the row. Raises ValidationError."""
        cleaned = super().clean()
        refuse_limit_below_uses(self.instance, cleaned.get("usage_limit"))
        return cleaned


class CountedUses:
    """What the list and the page tell about the uses of a row."""

    @admin.display(description=_("uses"), ordering="used")
    def uses(self, row: Promotion | PromotionCode) -> str:
        """Return how often the row was used, of how many times; a dash where nobody counts."""
        if row.usage_limit is not None:
            return f"{row.used} / {row.usage_limit}"
        return str(row.used) if row.used or _is_counted(row) else "—"


def _is_counted(row: Promotion | PromotionCode) -> bool:
    # Codes without a limit of their own are not counted, whatever the promotion's limits.
    return isinstance(row, Promotion) and row.is_limited
