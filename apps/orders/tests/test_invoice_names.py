"""Names in the PDF of an invoice, whatever people and products are called."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle

from apps.catalog.tests.factories import make_product
from apps.orders import invoice_fonts
from apps.orders.invoice_fonts import FONT
from apps.orders.invoices import drawn
from apps.orders.tests.factories import make_order
from apps.orders.tests.pdf_texts import lines_of, overlapping_pieces_of, unspaced
from apps.users.models import User


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("כוס (250 מל) Blue", ["Blue (למ 250) סוכ"]),
        ("Blue (כוס)", ["Blue (סוכ)"]),
        ("כוס <H&M>", ["<H&M> סוכ"]),
        # Letters in the forms that they have beside others, the last one first.
        ("فنجان قهوة", ["\ufee5\ufe8e\ufea0\ufee8\ufed3", "\ufe93\ufeee\ufeec\ufed7"]),
        ("الله", ["\ufeea\ufee0\ufedf\ufe8d"]),
    ],
    ids=[
        "Hebrew",
        "Hebrew in English",
        "signs of markup",
        "Arabic in two lines",
        "Arabic without a sign of its own",
    ],
)
def test_names_from_right_to_left_are_drawn_as_they_are_read(name: str, lines: list[str]):
    invoice_fonts.prepare()
    drawn_name = invoice_fonts.paragraph(name, ParagraphStyle("name", fontName=FONT, fontSize=9))
    drawn_name.wrap(40 if len(lines) > 1 else 400, 400)

    assert [" ".join(words) for _space, words in drawn_name.blPara.lines] == lines


def test_sign_that_the_font_lacks_is_shown_as_such_and_told(customer: User, caplog):
    order = make_order(customer, {make_product(name="茶 Чай 🍵"): 1})

    lines = lines_of(drawn(order))

    assert "\ufffd Чай \ufffd" in lines[5]
    assert caplog.messages == ["The font of invoices has no sign for U+8336 U+1F375"]


HOSTILE_NAMES = {
    "markup": "<b>Bold</b> and <i>brave</i>",
    "an open bracket": "a<b",
    "a closing tag": "</para></b>x",
    "a picture": '<img src="/etc/passwd" width="10" height="10"/>',
    "an address": '<a href="http://example.com/">click</a>',
    "a font": '<font name="nope" size="900">x</font>',
    "an entity": "&amp; &lt;b&gt; &#169; & &nope;",
    "a processing instruction": "<?xml version='1.0'?><!-- x -->",
    "quotes": "\"double\" 'single' \\backslash\\ %(number)s {name} {{ x }} {% now %}",
    "money": "€ ₽ ₴ ₸ £ $",
    "Cyrillic": "Щётка «Ёжик», 10 шт.",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_names_are_printed_as_they_are_and_do_nothing(make_user: Callable[..., User], name: str):
    buyer = make_user(username=name, email="")
    order = make_order(buyer, {make_product(name=name, sku=name[:64]): 1})

    pdf = drawn(order)

    text = unspaced(pdf)
    squeezed, sku = re.sub(r"\s", "", name), re.sub(r"\s", "", name[:64])
    assert f"Покупатель:{squeezed}" in text
    assert f"1{sku}{squeezed}110,00₽" in text
    assert [len(page.images) for page in PdfReader(BytesIO(pdf)).pages] == [0]
    assert all("/Annots" not in page for page in PdfReader(BytesIO(pdf)).pages)


def test_whoever_has_an_address_is_named_by_it_alone(make_user: Callable[..., User]):
    stranger = make_user(username="www.win-prize.example", email="victim@example.com")

    text = unspaced(drawn(make_order(stranger)))

    assert "Покупатель:victim@example.com" in text
    assert "prize" not in text


def test_characters_that_cannot_be_printed_leave_a_gap(make_user: Callable[..., User]):
    order = make_order(make_user(username="x\x07y", email=""))
    order.items.update(product_name="a\x01b\x1b[31mc\r\nd\te\u202ef\u200bg\ue000h\ufeffi")

    lines = lines_of(drawn(order))

    assert "a b [31mc d e f g h i" in lines[5]
    assert lines[3] == "Покупатель: xy"


@pytest.mark.parametrize("name", ["W" * 255, "ж" * 255, "<" * 255, "&lt;" * 63], ids=lambda name: name[:4])
def test_word_without_end_is_broken_within_its_column(customer: User, name: str):
    order = make_order(customer, {make_product(name=name, sku=name[:64]): 1})

    pdf = drawn(order)

    assert unspaced(pdf).count(name[:4]) >= 255 // 4
    assert overlapping_pieces_of(pdf) == []
