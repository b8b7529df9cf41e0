"""The invoice of an order as a PDF. The same order gives the same bytes at any time."""

from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

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
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, SimpleDocTemplate, Spacer, TableStyle

from apps.core.days import day_of
from apps.core.money import format_money
from apps.orders.invoice_text import FONT, paragraph, prepare
from apps.orders.models import Invoice, Order, OrderItem
from apps.orders.statuses import OrderStatus
from apps.users.models import User

MARGIN = 18 * mm
FRAME_PADDING = 6  # points, that reportlab leaves within the margins
NUMBER_WIDTH, SKU_WIDTH = 10 * mm, 28 * mm
PADDING = 4  # points, left and right of a cell, but for the edges of the table

rl_config.useA85 = 0  # bytes in the file, not letters for them, which are a quarter more

_HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=18, leading=24)
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12, splitLongWords=True)
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=2, splitLongWords=False)
_SUM = ParagraphStyle("sum", parent=_NUMBER, fontSize=12, leading=16)
_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
)
_FOOT_SIZE = 8  # points


def invoice_of(order: Order) -> Invoice:
    """Return the order's invoice, made and stored now if there is none yet."""
    if hasattr(order, "invoice"):
        return order.invoice
    try:
        return _stored(order, drawn(order))
    except IntegrityError:  # another worker was faster, or what was drawn is not so any more
        return invoice_of(Order.objects.select_related("user", "invoice").get(pk=order.pk))


def drawn(order: Order) -> bytes:
    """Return the invoice of the order as PDF, in the order's language."""
    prepare()
    buffer = BytesIO()
    with translation.override(order.language):
        title = _("Invoice #%(number)s") % {"number": order.pk}
        document = SimpleDocTemplate(
            buffer,
            pagesize=A4,
            leftMargin=MARGIN - FRAME_PADDING,
            rightMargin=MARGIN - FRAME_PADDING,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=title,
            author=settings.STORE_NAME,
            invariant=1,  # no time of making in the file
        )
        story = [*_head(order, title), _lines(order), Spacer(0, 6 * mm), *_sum(order)]
        document.build(story, canvasmaker=partial(_Pages, title=title))
    return buffer.getvalue()


@transaction.atomic(savepoint=False)
def _stored(order: Order, pdf: bytes) -> Invoice:
    """Store the invoice.

    Raises IntegrityError when there is one, or the customer's name is another by now, or the order is
    cancelled by now. Drawing takes seconds, in which a customer may be erased, and an order cancelled: the
    statement that stores locks both, and looks again. Where one has changed there is no PDF, which the column
    refuses.
    """
    same_order = Order.objects.locked().filter(pk=order.pk)
    if order.status != OrderStatus.CANCELLED:
        same_order = same_order.exclude(status=OrderStatus.CANCELLED)
    customer = User.objects.locked().filter(
        pk=order.user_id, username=order.customer_name, email=order.customer_email
    )
    # One in the other: the rows are locked in this order, as everywhere.
    if_the_same = Case(When(Exists(customer), then=Value(pdf, output_field=BinaryField())))
    if_the_same = Case(When(Exists(same_order), then=if_the_same))
    invoice = Invoice.objects.create(order=order, pdf=if_the_same)
    invoice.pdf = pdf
    return invoice


class _Pages(Canvas):
    """Pages that tell which invoice they are of, and how many they are: which is known at the end."""

    def __init__(self, *args: Any, title: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._title = title
        self._drawn: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page that is drawn, and begin the next one."""
        self._drawn.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Put what stands under each page there, and write all of them."""
        for number, page in enumerate(self._drawn, start=1):
            self.__dict__.update(page)
            places = {"invoice": self._title, "page": number, "pages": len(self._drawn)}
            self.setFont(FONT, _FOOT_SIZE)
            text = _("%(invoice)s, page %(page)d of %(pages)d") % places
            self.drawRightString(A4[0] - MARGIN, MARGIN / 2, text)
            super().showPage()
        super().save()


def _head(order: Order, title: str) -> list[Flowable]:
    return [
        paragraph(settings.STORE_NAME, _TEXT),
        paragraph(title, _HEADING),
        paragraph(_("Date: %(date)s") % {"date": _date(order.created_at)}, _TEXT),
        paragraph(_("Customer: %(name)s") % {"name": _name_of(order)}, _TEXT),
        Spacer(0, 6 * mm),
    ]


def _date(moment: datetime) -> str:
    return formats.date_format(day_of(moment), _("j F Y"))


def _name_of(order: Order) -> str:
    # Whoever typed somebody else's address chose the username as well: it would be a text to a stranger.
    return order.customer_email or order.customer_name


def _lines(order: Order) -> Flowable:
    rows = [[_("#"), _("SKU"), _("Name"), _("Quantity"), _("Price"), _("Amount")]]
    rows += [_line(number, item, order.currency) for number, item in enumerate(order.items.all(), start=1)]
    styles = (_TEXT, _TEXT, _TEXT, _NUMBER, _NUMBER, _NUMBER)
    cells = [[paragraph(text, style) for text, style in zip(row, styles, strict=True)] for row in rows]
    return LongTable(cells, colWidths=_widths(rows), repeatRows=1, style=_TABLE)


def _line(number: int, item: OrderItem, currency: str) -> list[str]:
    prices = [format_money(item.price, currency), format_money(item.total, currency)]
    return [str(number), item.sku, item.product_name, str(item.quantity), *prices]


def _widths(rows: list[list[str]]) -> list[float]:
    """Return the widths of the columns: numbers are never broken, the names have what is left."""
    numbers = [
        max(pdfmetrics.stringWidth(text, FONT, _NUMBER.fontSize) for text in column) + 2 * PADDING + 1
        for column in list(zip(*rows, strict=True))[3:]
    ]
    rest = A4[0] - 2 * MARGIN - NUMBER_WIDTH - SKU_WIDTH - sum(numbers)
    return [NUMBER_WIDTH, SKU_WIDTH, rest, *numbers]


def _sum(order: Order) -> list[Flowable]:
    total = {"total": format_money(order.total_price, order.currency)}
    if order.status != OrderStatus.CANCELLED:
        return [paragraph(_("To be paid: %(total)s") % total, _SUM)]
    cancelled = order.status_changes.get(to_status=OrderStatus.CANCELLED)
    date = {"date": _date(cancelled.created_at)}
    return [
        paragraph(_("Total: %(total)s") % total, _SUM),
        Spacer(0, 2 * mm),
        paragraph(_("The order was cancelled on %(date)s. There is nothing to pay.") % date, _NUMBER),
    ]
