"""The invoice of an order as a PDF. The same order gives the same bytes at any time."""

from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
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
from apps.orders.models import Invoice, Order, OrderItem
from apps.orders.money import priced
from apps.users.models import User

FONT = "DejaVuSans"  # the fonts built into PDF have no Cyrillic and no ₽
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MARGIN = 18 * mm
WIDTHS = (10 * mm, 28 * mm, 70 * mm, 16 * mm, 25 * mm, 25 * mm)

rl_config.useA85 = 0  # bytes in the file, not letters for them, which are a quarter more

_HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=18, leading=24)
_TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12, splitLongWords=True)
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=2)
_TABLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
)
_PREPARING = Lock()


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
        title = _("Invoice № %(number)s") % {"number": order.pk}
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
        document.build([*_head(order, title), _lines(order), Spacer(0, 6 * mm), _total(order)])
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
    return Paragraph(escape("".join(char if char.isprintable() else " " for char in text)), style)


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
    heads = ["№", _("SKU"), _("Name"), _("Quantity"), _("Price"), _("Total")]
    rows = [[_text(head) for head in heads]]
    rows += [_line(number, item, order.currency) for number, item in enumerate(order.items.all(), start=1)]
    return LongTable(rows, colWidths=WIDTHS, repeatRows=1, style=_TABLE)


def _line(number: int, item: OrderItem, currency: str) -> list[Flowable]:
    return [
        _text(str(number)),
        _text(item.sku),
        _text(item.product_name),
        _text(str(item.quantity), _NUMBER),
        _text(priced(item.price, currency), _NUMBER),
        _text(priced(item.total, currency), _NUMBER),
    ]


def _total(order: Order) -> Flowable:
    total = priced(order.total_price, order.currency)
    return _text(
        _("To be paid: %(total)s") % {"total": total}, ParagraphStyle("total", parent=_NUMBER, fontSize=12)
    )
