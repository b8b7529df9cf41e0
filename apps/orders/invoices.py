"""The invoice of an order as a PDF. The same order gives the same bytes at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
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
from reportlab.platypus import Flowable, LongTable, SimpleDocTemplate, Spacer, Table, TableStyle

from apps.core.days import day_of
from apps.core.money import format_money
from apps.delivery.addresses import PostalAddress, printed
from apps.orders.invoice_fonts import FONT, paragraph, prepare
from apps.orders.invoice_seller import bank_details, seller_lines
from apps.orders.models import AddressKind, Invoice, Order, OrderItem
from apps.orders.order_parts import address_of
from apps.orders.order_text import (
    destination,
    is_taxed,
    rate_text,
    sums_before_total,
    taxes_in_total,
)
from apps.orders.statuses import OrderStatus
from apps.store.models import Seller
from apps.users.models import User

MARGIN = 18 * mm
FRAME_PADDING = 6  # points, that reportlab leaves within the margins
NUMBER_WIDTH, SKU_WIDTH = 10 * mm, 28 * mm
NAME_WIDTH = 30 * mm  # at least
TEXT_COLUMNS = 3  # number, SKU and name; the others hold numbers
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
_COLUMNS = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
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


def drawn(order: Order, *, has_addresses: bool = True) -> bytes:
    """Return the invoice of the order as PDF, in the order's language.

    Addresses are left out where that is asked for, and for good once the customer's data is erased.
    """
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
        seller = Seller.objects.active()
        story = [*_head(order, title, seller_lines(seller) if seller else [])]
        if has_addresses and not order.is_of_erased_customer:
            story += _addresses(order)
        story += [_lines(order), Spacer(0, 6 * mm), *_sum(order)]
        if seller:
            story += bank_details(order, seller, _TEXT, A4[0] - 2 * MARGIN)
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


def _head(order: Order, title: str, seller: list[str]) -> list[Flowable]:
    return [
        paragraph(settings.STORE_NAME, _TEXT),
        *(paragraph(line, _TEXT) for line in seller),
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


def _addresses(order: Order) -> list[Flowable]:
    """Return whom the order is billed to and where it goes, side by side; nothing without addresses."""
    columns = []
    if billing := address_of(order, AddressKind.BILLING):
        tax_id = [_("Tax number: %(number)s") % {"number": billing.tax_id}] if billing.tax_id else []
        columns.append((_("Bill to"), [*printed(PostalAddress.of(billing)), *tax_id]))
    if goes_to := destination(order):
        columns.append(goes_to)
    if not columns:
        return []
    cells = [
        [paragraph(f"{heading}:", _TEXT), *(paragraph(line, _TEXT) for line in lines)]
        for heading, lines in columns
    ]
    width = (A4[0] - 2 * MARGIN) / len(cells)
    table = Table([cells], colWidths=[width] * len(cells), style=_COLUMNS)
    return [table, Spacer(0, 6 * mm)]


def _lines(order: Order) -> Flowable:
    columns = _columns(order)
    rows = [[column.heading for column in columns]]
    rows += [
        [column.of_item(number, item) for column in columns]
        for number, item in enumerate(order.items.all(), start=1)
    ]
    if order.delivery_method:
        rows.append([column.of_delivery for column in columns])
    widths, number_style = _layout(rows)
    styles = [_TEXT] * TEXT_COLUMNS + [number_style] * (len(columns) - TEXT_COLUMNS)
    cells = [[paragraph(text, style) for text, style in zip(row, styles, strict=True)] for row in rows]
    return LongTable(cells, colWidths=widths, repeatRows=1, style=_TABLE)


@dataclass(frozen=True)
class _Column:
    """A column of the table: its heading, the text of the item with this number, and that of delivery."""

    heading: str
    of_item: Callable[[int, OrderItem], str]
    of_delivery: str = ""


def _columns(order: Order) -> list[_Column]:
    """Return the columns; those of discounts and taxes only where there are any."""

    def money(amount: Decimal) -> str:
        return format_money(amount, order.currency)

    name = _("Delivery (%(name)s)") % {"name": order.delivery_name}
    left = order.delivery_price - order.delivery_discount
    columns = [
        _Column(_("#"), lambda number, _item: str(number)),
        _Column(_("SKU"), lambda _number, item: item.sku),
        _Column(_("Name"), lambda _number, item: item.product_name, name),
        _Column(_("Quantity"), lambda _number, item: str(item.quantity)),
        _Column(_("Price"), lambda _number, item: money(item.price), money(order.delivery_price)),
    ]
    if order.has_discounts:
        columns.append(
            _Column(_("Discount"), lambda _number, item: money(item.discount), money(order.delivery_discount))
        )
    if is_taxed(order):
        rate = rate_text(order.delivery_tax_rate)
        columns.append(_Column(_("VAT"), lambda _number, item: rate_text(item.tax_rate), rate))
    return [*columns, _Column(_("Amount"), lambda _number, item: money(item.amount), money(left))]


def _layout(rows: list[list[str]]) -> tuple[list[float], ParagraphStyle]:
    """Return the widths of the columns and the style of numbers.

    Numbers are never broken, the names have what is left. Where that is too little, numbers are smaller.
    """
    room = A4[0] - 2 * MARGIN - NUMBER_WIDTH - SKU_WIDTH
    columns = list(zip(*rows, strict=True))[TEXT_COLUMNS:]
    around = 2 * PADDING + 1
    texts = [
        max(pdfmetrics.stringWidth(text, FONT, _NUMBER.fontSize) for text in column) for column in columns
    ]
    scale = min(1.0, (room - NAME_WIDTH - around * len(texts)) / sum(texts))
    numbers = [text * scale + around for text in texts]
    style = _NUMBER.clone("scaled", fontSize=_NUMBER.fontSize * scale) if scale < 1 else _NUMBER
    return [NUMBER_WIDTH, SKU_WIDTH, room - sum(numbers), *numbers], style


def _sum(order: Order) -> list[Flowable]:
    total = {"total": format_money(order.total_price, order.currency)}
    before = [paragraph(str(row), _NUMBER) for row in sums_before_total(order)]
    taxes = [paragraph(str(row), _NUMBER) for row in taxes_in_total(order)]
    if order.status != OrderStatus.CANCELLED:
        paid_by = [_("Payment: %(name)s") % {"name": order.payment_method_name}] * bool(order.payment_method)
        payment = [paragraph(text, _NUMBER) for text in paid_by]
        return [*before, paragraph(_("To be paid: %(total)s") % total, _SUM), *taxes, *payment]
    cancelled = order.status_changes.get(to_status=OrderStatus.CANCELLED)
    date = {"date": _date(cancelled.created_at)}
    return [
        *before,
        paragraph(_("Total: %(total)s") % total, _SUM),
        *taxes,
        Spacer(0, 2 * mm),
        paragraph(_("The order was cancelled on %(date)s. There is nothing to pay.") % date, _NUMBER),
    ]
