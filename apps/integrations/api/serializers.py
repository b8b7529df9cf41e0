"""Serializers of the integrations: bodies of many rows, each with faults of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.catalog.api.serializers import ProductInput, StockMovementInput
from apps.core.api.fields import CodeField, IdField, StrictCharField
from apps.core.api.openapi.schema import ProblemErrorOutput, shown_as
from apps.core.api.problems.handlers import flattened
from apps.core.api.serializers import InputSerializer
from apps.core.exceptions import MAX_ERRORS, Fault
from apps.core.json_pointers import Pointer
from apps.core.normalization import CODE
from apps.integrations.api import examples
from apps.integrations.product_rows import duplicate_row
from apps.integrations.rows import Row, RowStatus

MAX_PRODUCTS, MAX_STOCK_ROWS = 500, 1_000
REJECT_ALL, SKIP_FAILED = "reject_all", "skip_failed"
NOT_A_LIST: dict[str, Any] = {"not_a_list": _("Must be a list.")}


class RowInput(InputSerializer):
    """A row whose faults are its own: they do not keep the other rows from being read."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the values and the faults of the row."""
        try:
            return super().run_validation(data), []
        except serializers.ValidationError as error:
            return {}, error.detail


class ProductRowInput(RowInput, ProductInput):
    """A product to create or change. A new one needs `name`, `sku`, `price` and `category`.

    It is known by its `external_id`, else by its `sku`; members that are left out stay as they are.
    """

    category = IdField(help_text="Id of the category")  # type: ignore[assignment]  # looked up for all rows
    tax_class = StrictCharField(  # type: ignore[assignment]
        allow_null=True, help_text="Code; null: that of the category"
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, none of them obligatory: whether the product is new turns out later."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a row that does not say which product it is about."""
        if "sku" not in attrs and not attrs.get("external_id"):
            raise serializers.ValidationError(
                {"sku": self.fields["sku"].error_messages["required"]}, "required"
            )
        return attrs


@shown_as(examples.WANTED_PRODUCTS)
class ProductBulkInput(InputSerializer):
    """Products to create or change."""

    on_error = serializers.ChoiceField(
        [REJECT_ALL, SKIP_FAILED], help_text="What is done if rows fail: store nothing, or store the others"
    )
    products = ProductRowInput(  # type: ignore[call-arg]  # of the list
        many=True, allow_empty=False, max_length=MAX_PRODUCTS, error_messages=NOT_A_LIST
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two rows about one product."""
        _refuse_repeated("products", attrs["products"], "sku", "external_id")
        return attrs


class StockRowInput(RowInput, StockMovementInput):
    """The change of a product's stock, or a new count together with what was last seen; both in units."""

    sku = CodeField(max_length=64)
    reason = None  # type: ignore[assignment]  # one for all


@shown_as(examples.WANTED_STOCK)
class StockBulkInput(InputSerializer):
    """Stock movements of many products, for one reason."""

    reason = StrictCharField(max_length=200)
    rows = StockRowInput(  # type: ignore[call-arg]
        many=True, allow_empty=False, max_length=MAX_STOCK_ROWS, error_messages=NOT_A_LIST
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two rows about one product."""
        _refuse_repeated("rows", attrs["rows"], "sku")
        return attrs


class BulkRowOutput(serializers.Serializer[Any]):
    """What became of a row."""

    index = serializers.IntegerField(help_text="Place of the row in the request, from 0")
    status = serializers.ChoiceField([(each.value, each.name) for each in RowStatus])
    id = serializers.IntegerField(allow_null=True, help_text="Id of the product")
    errors = ProblemErrorOutput(many=True)  # type: ignore[assignment]  # DRF takes it out of the class


class StockRowOutput(BulkRowOutput):
    """What became of a row, and the resulting stock."""

    stock = serializers.IntegerField(allow_null=True, help_text="Units in stock now")


@shown_as(examples.WRITTEN_PRODUCTS)
class ProductBulkOutput(serializers.Serializer[Any]):
    """What became of each row."""

    rows = BulkRowOutput(many=True)


@shown_as(examples.WRITTEN_STOCK)
class StockBulkOutput(serializers.Serializer[Any]):
    """What became of each row."""

    rows = StockRowOutput(many=True)


def rows_of(member: str, checked: Sequence[tuple[Mapping[str, Any], Any]]) -> list[Row]:
    """Return the rows of a body's member as they were read."""
    rows = []
    for index, (values, faults) in enumerate(checked):
        pointer = Pointer.to(member) + Pointer.to(index)
        errors: list[Fault] = [
            {"code": str(fault.code), "detail": str(fault), "pointer": place}
            for place, fault in flattened(faults, pointer)
        ]
        rows.append(Row(pointer, index, values, errors))
    return rows


def _refuse_repeated(member: str, checked: Sequence[tuple[Mapping[str, Any], Any]], *names: str) -> None:
    """Raise ValidationError where rows after the first have the same sku, in any spelling, or the same id."""
    fault = duplicate_row()
    seen: set[tuple[str, str]] = set()
    faults: dict[str, Any] = {}
    for index, (values, _faults) in enumerate(checked):
        for name in names:
            if value := values.get(name):
                key = (name, CODE.key(value) if name == "sku" else value)
                if key in seen and len(faults) < MAX_ERRORS:
                    place = Pointer(Pointer.to(member) + Pointer.to(index) + Pointer.to(name))
                    faults[place] = [serializers.ErrorDetail(str(fault.message), code=fault.code)]
                seen.add(key)
    if faults:
        raise serializers.ValidationError(faults)
