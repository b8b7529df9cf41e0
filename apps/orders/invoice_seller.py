"""The seller on an order's sheet: who it is, and the bank details with a QR code that banking apps read."""

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from apps.orders.bank_transfer import transfer_text
from apps.orders.invoice_fonts import paragraph
from apps.orders.models import Order, PaymentMethod, PaymentTerms
from apps.orders.statuses import OrderStatus
from apps.store.models import Seller

QR_SIZE = 38 * mm
_SIDE_BY_SIDE = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])


def seller_lines(seller: Seller) -> list[str]:
    """Return what the head of the sheet says of the seller."""
    contact = ", ".join(filter(None, (seller.phone, seller.email)))
    lines = [seller.legal_name, _registration(seller), seller.address, contact]
    return [line for line in lines if line]


def bank_details(order: Order, seller: Seller, style: ParagraphStyle, width: float) -> list[Flowable]:
    """Return the bank details, with a QR code for what the order costs, where it is paid by a transfer."""
    if not seller.account or not _is_paid_by_transfer(order):
        return []
    rows = [
        _("Bank details:"),
        seller.legal_name,
        _registration(seller),
        _("Account: %(number)s") % {"number": seller.account},
        seller.bank_name,
        seller.bik and _("BIK: %(number)s") % {"number": seller.bik},
        seller.corr_account and _("Correspondent account: %(number)s") % {"number": seller.corr_account},
    ]
    lines = [paragraph(row, style) for row in rows if row]
    text = transfer_text(order, order.total_price)
    if not text:
        return [KeepTogether([Spacer(0, 6 * mm), *lines])]
    table = Table(
        [[lines, qr_code(text)]], colWidths=[width - QR_SIZE, QR_SIZE], hAlign="LEFT", style=_SIDE_BY_SIDE
    )
    return [Spacer(0, 6 * mm), table]


def qr_code(text: str) -> Drawing:
    """Return the drawing of a QR code, in UTF-8."""
    code = QrCodeWidget(text, barLevel="M", barWidth=QR_SIZE, barHeight=QR_SIZE)
    drawing = Drawing(QR_SIZE, QR_SIZE)
    drawing.add(code)
    return drawing


def _registration(seller: Seller) -> str:
    parts = (
        (_("INN %(number)s"), seller.inn),
        (_("KPP %(number)s"), seller.kpp),
        (_("OGRN %(number)s"), seller.ogrn),
        (_("VAT number %(number)s"), seller.vat_id),
    )
    return ", ".join(text % {"number": number} for text, number in parts if number)


def _is_paid_by_transfer(order: Order) -> bool:
    """Tell whether the order may be paid so: nobody should pay twice who pays online, or on delivery."""
    if order.status == OrderStatus.CANCELLED or not order.total_price:
        return False
    method = PaymentMethod.objects.filter(code=order.payment_method).first() if order.payment_method else None
    return method is None or (method.provider == "manual" and method.terms != PaymentTerms.ON_DELIVERY)
