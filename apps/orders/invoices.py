"""The invoice of an order as a PDF. The same order gives the same bytes at any time."""

import logging
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BinaryField, Case, Exists, Value, When
from django.utils import formats, translation
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from apps.common.days import day_of
from apps.common.money import NO_BREAK_SPACE, priced
from apps.orders.models import Invoice, Order, OrderItem
from apps.users.models import User

FONT = "DejaVuSans"  # the fonts built into PDF have no Cyrillic and no ₽
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MARGIN = 18 * mm
NUMBER_WIDTH, SKU_WIDTH = 10 * mm, 28 * mm
PADDING = 2  # points, left and right of a cell

rl_config.useA85 = 0  # bytes in the file, not letters for them, which are a quarter more

_HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=18, leading=24)
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12, splitLongWords=True)
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=2, splitLongWords=False)
_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ]
)
_FOOT_SIZE = 8  # points
_PREPARING = Lock()

logger = logging.getLogger(__name__)


def invoice_of(order: Order) -> Invoice:
    """Return the order's invoice, made and stored now if there is none yet."""
    if hasattr(order, "invoice"):
        return order.invoice
    try:
        return _stored(order, drawn(order))
    except IntegrityError:  # another worker was faster, or the customer is called otherwise by now
        return invoice_of(Order.objects.select_related("user", "invoice").get(pk=order.pk))


def drawn(order: Order) -> bytes:
    """Return the invoice of the order as PDF, in the order's language."""
    with _PREPARING:
        _prepare()
    buffer = BytesIO()
    with translation.override(order.language):
        title = _("Invoice #%(number)s") % {"number": order.pk}
        document = SimpleDocTemplate(
            buffer,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=title,
            author=settings.STORE_NAME,
            invariant=1,  # no time of making in the file
        )
        story = [*_head(order, title), _lines(order), Spacer(0, 6 * mm), _total(order)]
        document.build(story, onFirstPage=partial(_foot, title), onLaterPages=partial(_foot, title))
    return buffer.getvalue()


@cache
def _prepare() -> None:
    """Do what reportlab would do at its first drawing, and cannot do in two threads at once.

    A second thread would find its list of colours begun, and not know black: the invoice would fail.
    """
    colors.getAllNamedColors()
    pdfmetrics.registerFont(TTFont(FONT, FONT_FILE))


@transaction.atomic(savepoint=False)
def _stored(order: Order, pdf: bytes) -> Invoice:
    """Store the invoice. Raises IntegrityError when there is one, or the customer's name is another by now.

    Drawing takes seconds, in which the customer may be erased: the statement that stores locks the customer,
    and looks again. Without the same customer there is no PDF, which the column refuses.
    """
    customer = User.objects.locked().filter(
        pk=order.user_id, username=order.user.username, email=order.user.email
    )
    if_the_same = Case(When(Exists(customer), then=Value(pdf, output_field=BinaryField())))
    invoice = Invoice.objects.create(order=order, pdf=if_the_same)
    invoice.pdf = pdf
    return invoice


def _text(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    # Paragraphs read markup, and a picture's address in it would be opened: whatever a person typed is
    # escaped.
    return Paragraph(escape(_drawable(text)), style)


def _drawable(text: str) -> str:
    """Return the text as the font can draw it; what it has no sign for is told in the log."""
    signs = pdfmetrics.getFont(FONT).face.charToGlyph
    printable = [char if char.isprintable() or char == NO_BREAK_SPACE else " " for char in text]
    if missing := sorted({char for char in printable if ord(char) not in signs}):
        points = " ".join(f"U+{ord(char):04X}" for char in missing)
        logger.warning("The font of invoices has no sign for %s", points)
    return "".join("\N{REPLACEMENT CHARACTER}" if char in missing else char for char in printable)


def _foot(title: str, canvas: Any, document: SimpleDocTemplate) -> None:
    """Write under a page which invoice it is of."""
    canvas.setFont(FONT, _FOOT_SIZE)
    text = _("%(invoice)s, page %(page)d") % {"invoice": title, "page": document.page}
    canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, text)


def _head(order: Order, title: str) -> list[Flowable]:
    date = formats.date_format(day_of(order.created_at), "DATE_FORMAT")
    return [
        _text(settings.STORE_NAME),
        _text(title, _HEADING),
        _text(_("Date: %(date)s") % {"date": date}),
        _text(_("Customer: %(name)s") % {"name": _name_of(order.user)}),
        Spacer(0, 6 * mm),
    ]


def _name_of(customer: User) -> str:
    # Whoever typed somebody else's address chose the username as well: it would be a text to a stranger.
    return customer.email or customer.username


def _lines(order: Order) -> Flowable:
    rows = [["№", _("SKU"), _("Name"), _("Quantity"), _("Price"), _("Total")]]
    rows += [_line(number, item, order.currency) for number, item in enumerate(order.items.all(), start=1)]
    styles = (_TEXT, _TEXT, _TEXT, _NUMBER, _NUMBER, _NUMBER)
    cells = [[_text(text, style) for text, style in zip(row, styles, strict=True)] for row in rows]
    return LongTable(cells, colWidths=_widths(rows), repeatRows=1, style=_TABLE)


def _line(number: int, item: OrderItem, currency: str) -> list[str]:
    prices = [priced(item.price, currency), priced(item.total, currency)]
    return [str(number), item.sku, item.product_name, str(item.quantity), *prices]


def _widths(rows: list[list[str]]) -> list[float]:
    """Return the widths of the columns: numbers are never broken, the names have what is left."""
    numbers = [
        max(pdfmetrics.stringWidth(text, FONT, _NUMBER.fontSize) for text in column) + 2 * PADDING + 1
        for column in list(zip(*rows, strict=True))[3:]
    ]
    rest = A4[0] - 2 * MARGIN - NUMBER_WIDTH - SKU_WIDTH - sum(numbers)
    return [NUMBER_WIDTH, SKU_WIDTH, rest, *numbers]


def _total(order: Order) -> Flowable:
    total = priced(order.total_price, order.currency)
    return _text(
        _("To be paid: %(total)s") % {"total": total}, ParagraphStyle("total", parent=_NUMBER, fontSize=12)
    )
