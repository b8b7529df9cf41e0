"""Export of codes, to be handed out."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from apps.import_export.registry import ExportKind, Row, exportable
from apps.promotions.models import PromotionCode

ROWS_IN_MEMORY = 2000
COLUMNS = ("code", "promotion", "usage_limit", "used", "is_active")


def code_rows(code_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the codes, by id."""
    codes = PromotionCode.objects.filter(pk__in=code_ids).select_related("promotion").order_by("pk")
    for code in codes.iterator(ROWS_IN_MEMORY):
        yield code.code, code.promotion.name, code.usage_limit, code.used, code.is_active


CODES = exportable(
    ExportKind(
        name="promotion-codes",
        label=_("Promotion codes"),
        model=PromotionCode,
        columns=COLUMNS,
        rows=code_rows,
        naming=None,
    )
)
