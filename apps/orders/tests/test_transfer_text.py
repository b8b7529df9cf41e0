"""The payment string of a bank transfer, and its QR code on the order's sheet."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader
from reportlab.graphics.barcode.qr import QrCodeWidget

from apps.catalog.tests.factories import make_product
from apps.orders.bank_transfer import transfer_text
from apps.orders.invoice_seller import qr_code
from apps.orders.invoices import drawn
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import make_payment_method
from apps.orders.tests.factories import make_order, moved
from apps.orders.tests.pdf_texts import lines_of, overlapping_pieces_of
from apps.store.models import Seller
from apps.store.tests.sellers import make_seller
from apps.users.models import User

DETAILS = "Account: 40702810138250123017"

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(customer: User) -> Order:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        return make_order(customer, {make_product(price="1430.50"): 1}, language="en")


def test_text_has_what_a_bank_needs_in_kopecks_and_in_russian(order: Order):
    make_seller()

    assert transfer_text(order, Decimal("1430.50")) == (
        "ST00012|Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ПАО Сбербанк|BIC=044525225"
        "|CorrespAcc=30101810400000000225|PayeeINN=7736207543|Sum=143050"
        f"|Purpose=Оплата заказа № {order.pk} от 01.03.2026"
    )


def test_separator_is_a_sign_that_stands_in_no_value(order: Order):
    make_seller(legal_name="ООО «Чай|Кофе»", bank_name="Банк ~ 1", inn="")

    assert transfer_text(order, Decimal("0.01")) == (
        "ST00012^Name=ООО «Чай|Кофе»^PersonalAcc=40702810138250123017^BankName=Банк ~ 1^BIC=044525225"
        f"^CorrespAcc=30101810400000000225^Sum=1^Purpose=Оплата заказа № {order.pk} от 01.03.2026"
    )


def test_name_with_all_the_signs_loses_one_of_them(order: Order):
    make_seller(legal_name="a|b~c^d_e;f")

    assert transfer_text(order, Decimal(1)).startswith("ST00012|Name=a b~c^d_e;f|PersonalAcc=")


def test_long_names_are_cut_and_a_bank_without_an_account_has_0(order: Order):
    make_seller(legal_name="Т" * 200, bank_name="Б" * 60, corr_account="")

    text = transfer_text(order, Decimal(1))

    assert f"|Name={'Т' * 160}|" in text
    assert f"|BankName={'Б' * 45}|" in text
    assert "|CorrespAcc=0|" in text


@pytest.mark.parametrize(
    "values",
    [{"is_active": False}, {"country": "DE"}, {"account": ""}, {"bik": ""}, {"bank_name": ""}],
    ids=str,
)
def test_there_is_none_for_a_seller_whom_no_russian_bank_can_pay(order: Order, values: dict):
    make_seller(**values)

    assert transfer_text(order, Decimal(1)) == ""


def test_there_is_none_without_a_seller_in_another_currency_and_for_nothing(order: Order):
    without = transfer_text(order, Decimal(1))
    make_seller()
    nothing, order.currency = transfer_text(order, Decimal(0)), "EUR"

    assert [without, nothing, transfer_text(order, Decimal(1))] == ["", "", ""]


def test_sheet_has_the_seller_the_bank_details_and_the_qr_code_of_the_text(order: Order):
    make_seller(phone="+7 495 739-70-00", email="shop@three.example")

    pdf = drawn(order)

    lines = lines_of(pdf)
    text = transfer_text(order, order.total_price)
    assert lines[1:5] == [
        "ООО «Три кита»",
        "INN 7736207543, KPP 773601001, OGRN 1027700229193",
        "119021, Москва, ул. Льва Толстого, 16",
        "+7 495 739-70-00, shop@three.example",
    ]
    assert lines[-8:-1] == [
        "Bank details:",
        "ООО «Три кита»",
        "INN 7736207543, KPP 773601001, OGRN 1027700229193",
        DETAILS,
        "ПАО Сбербанк",
        "BIK: 044525225",
        "Correspondent account: 30101810400000000225",
    ]
    assert overlapping_pieces_of(pdf) == []
    assert "paid" not in " ".join(lines).lower().replace("to be paid", "")
    assert qr_code(text).contents[0].value == text
    assert squares_of(pdf) == modules_of(text)


def test_sheet_of_the_same_order_is_the_same(order: Order):
    make_seller()

    assert drawn(order) == drawn(order)


def test_details_without_a_code_where_no_russian_bank_pays(order: Order):
    make_seller(country="DE", account="DE89370400440532013000", bik="", corr_account="", inn="", vat_id="DE1")

    pdf = drawn(order)

    assert "Account: DE89370400440532013000" in lines_of(pdf)
    assert squares_of(pdf) == set()


@pytest.mark.parametrize(
    ("values", "has_details"),
    [
        ({"provider": "manual", "terms": "invoice"}, True),
        ({"provider": "manual", "terms": "prepaid"}, True),
        ({"provider": "manual", "terms": "on_delivery"}, False),
        ({"provider": "yookassa", "terms": "prepaid"}, False),
    ],
    ids=str,
)
def test_who_pays_otherwise_is_given_no_bank_details(order: Order, values: dict, has_details: bool):
    make_seller()
    make_payment_method("chosen", **values)
    Order.objects.filter(pk=order.pk).update(payment_method="chosen")

    lines = lines_of(drawn(Order.objects.get(pk=order.pk)))

    assert ("ООО «Три кита»" in lines, DETAILS in lines) == (True, has_details)


def test_cancelled_order_has_none(order: Order, staff: User):
    make_seller()

    assert DETAILS not in lines_of(drawn(moved(order, "cancelled", by=staff)))


def test_shop_without_a_seller_draws_as_before(order: Order):
    before = drawn(order)
    make_seller()
    Seller.objects.all().delete()

    assert drawn(order) == before
    assert lines_of(before)[1] == f"Invoice #{order.pk}"


def modules_of(text: str) -> set[tuple[int, int]]:
    """Return the dark squares of the text's QR code, by row and column."""
    qr = QrCodeWidget(text, barLevel="M").qr
    qr.make()
    places = range(qr.getModuleCount())
    return {(row, column) for row in places for column in places if qr.isDark(row, column)}


def squares_of(pdf: bytes) -> set[tuple[int, int]]:
    """Return the dark squares that are drawn on the page, by row and column of the code."""
    (page,) = PdfReader(BytesIO(pdf)).pages
    drawn_at = re.findall(
        r"n ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f", page.get_contents().get_data().decode("latin-1")
    )
    boxes = [tuple(map(float, box)) for box in drawn_at]
    if not boxes:
        return set()
    side = min(height for _x, _y, _width, height in boxes)
    left, top = min(box[0] for box in boxes), max(box[1] for box in boxes)
    squares = set()
    for x, y, width, _height in boxes:
        row, first = round((top - y) / side), round((x - left) / side)
        squares |= {(row, first + more) for more in range(round(width / side))}
    return squares
