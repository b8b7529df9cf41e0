"""Serializers of stock movements."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.catalog.api import examples
from apps.catalog.models import (
    MAX_STOCK,
    StockMovement,
)
from apps.core.api.fields import (
    StrictCharField,
    StrictIntegerField,
)
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.users.models import User


@shown_as(examples.WANTED_MOVEMENT)
class StockMovementInput(InputSerializer):
    """A stock movement: a change by a number of units (`delta`) or a new `count`, with the reason.

    A count must come with `last_seen`, the stock shown when the units were counted.
    """

    delta = StrictIntegerField(min_value=-MAX_STOCK, max_value=MAX_STOCK, required=False)
    count = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)
    last_seen = StrictIntegerField(min_value=0, max_value=MAX_STOCK, required=False)
    reason = StrictCharField(max_length=200)

    def validate_delta(self, delta: int) -> int:
        """Refuse a change of nothing."""
        if delta == 0:
            raise serializers.ValidationError(_("The change cannot be zero."), code="zero")
        return delta

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse anything but a change, or a count with what was seen last."""
        given = attrs.keys() & {"delta", "count", "last_seen"}
        if given in ({"delta"}, {"count", "last_seen"}):
            return attrs
        if not given:
            raise serializers.ValidationError(
                {"delta": self.fields["delta"].error_messages["required"]}, "required"
            )
        raise serializers.ValidationError(
            _("Send either delta, or count together with last_seen."), code="delta_or_count"
        )


@shown_as(examples.MOVEMENT)
class StockMovementOutput(OutputSerializer[StockMovement]):
    """A stock movement and the resulting stock."""

    class Meta:
        model = StockMovement
        fields: tuple[str, ...] = ("id", "delta", "reason", "stock", "created_at")


@shown_as(examples.MOVEMENT_ROW)
class StockMovementRowOutput(StockMovementOutput):
    """An entry in the stock ledger."""

    created_by: "serializers.SlugRelatedField[User]" = serializers.SlugRelatedField(
        "username", read_only=True, allow_null=True, help_text="Username; null if made by a command"
    )

    class Meta(StockMovementOutput.Meta):
        fields = (*StockMovementOutput.Meta.fields, "kind", "order_id", "created_by")
