"""Forms of rows that have a limit of uses."""

from typing import Any

from apps.core.admin.optimistic_locking import VersionedForm
from apps.promotions.services import refuse_limit_below_uses


class LimitedForm(VersionedForm):
    """A form that refuses a limit below the uses; it needs the row locked."""

    def clean(self) -> dict[str, Any]:
        """Compare the limit with the orders that use the row. Raises ValidationError."""
        cleaned = super().clean()
        refuse_limit_below_uses(self.instance, cleaned.get("usage_limit"))
        return cleaned
