"""How invoices are sent: the PDF as the schema shows it, and as clients ask for it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer

PDF = OpenApiResponse(
    OpenApiTypes.BINARY,
    description="The invoice",
    examples=[OpenApiExample("example", value="%PDF-1.4 …", media_type="application/pdf")],
)


class PdfRenderer(BaseRenderer):
    """Lets a client ask for `application/pdf`; the bytes come from the invoice's row."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Return nothing: an invoice that is being made has no bytes yet."""
        return b""


INVOICE_RENDERERS = (JSONRenderer, PdfRenderer)
