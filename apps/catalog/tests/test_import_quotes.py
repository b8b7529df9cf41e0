"""`import_products` and its preview: quotation marks that are not closed, and headings that mislead."""

import csv
import io
import random

import pytest
from django.core.management import CommandError

from apps.catalog.models import Product
from apps.catalog.product_import.records import Records
from apps.catalog.tests.import_pages import checked, page

HEADING = "sku,name,price,category,description"
BROKEN = "a quotation mark that is not closed, or text behind a closing one"

pytestmark = pytest.mark.django_db


def price_is_a_number(cells):
    return len(cells) == 5 and cells[2].isdecimal()


def records_of(text):
    return list(Records(io.StringIO(text, newline=""), looks_like_row=price_is_a_number))


def test_marks_that_are_not_closed_spoil_their_own_rows_only(load):
    with pytest.raises(CommandError, match="Nothing was imported: 2 bad rows"):
        load(
            HEADING,
            'T-1,Труба,1.00,Трубы,"1/2 дюйма',
            "T-2,Кран,2.00,Трубы,латунь",
            'T-3,Муфта,3.00,Трубы,"1/2 дюйма',
            "T-4,Вентиль,4.00,Трубы,сталь",
        )

    assert load.errors == [f"row 2: {BROKEN}", f"row 4: {BROKEN}"]
    assert not Product.objects.exists()


def test_rows_beside_a_broken_one_are_imported_as_they_are(load):
    load(
        HEADING,
        'T-1,Труба,1.00,Трубы,"1/2 дюйма',
        "T-2,Кран,2.00,Трубы,латунь",
        'T-3,"2" труба,3.00,Трубы,сталь',
        "T-4,Вентиль,4.00,Трубы,сталь",
        skip=True,
    )

    assert load.errors == [f"row 2: {BROKEN}", f"row 4: {BROKEN}"]
    known = Product.objects.order_by("sku").values_list("sku", "description")
    assert list(known) == [("T-2", "латунь"), ("T-4", "сталь")]


def test_mark_that_a_later_one_seems_to_close_takes_no_rows_into_a_description(load):
    with pytest.raises(CommandError):
        load(
            HEADING,
            'T-1,Труба,1.00,Трубы,"1/2 дюйма',
            "T-2,Кран,2.00,Трубы,латунь",
            'T-3,Муфта,3.00,Трубы,1/2"',
        )

    assert load.errors == [f"row 2: {BROKEN}"]


def test_mark_that_is_open_at_the_end_of_the_file_spoils_one_row(load):
    with pytest.raises(CommandError, match="1 bad row"):
        load(
            HEADING, 'T-1,Труба,1.00,Трубы,"1/2 дюйма', *(f"A-{n},Кран,2.00,Трубы,латунь" for n in range(40))
        )

    assert load.errors == [f"row 2: {BROKEN}"]


def test_cell_beyond_all_measure_spoils_its_own_row(load):
    with pytest.raises(CommandError, match="1 bad row"):
        load(HEADING, f"T-1,{'x' * 200_000},1.00,Tea,", "T-2,Leaves,1.00,Tea,green")

    assert load.errors == [f"row 2: {BROKEN}"]


def test_description_of_several_lines_with_marks_and_commas_is_one_cell(load):
    load(HEADING, 'T-1,"Труба, ""медь""",1.00,Трубы,"Первая, строка\nвторая ""строка""\n\nчетвёртая"')

    product = Product.objects.get()
    assert product.name == 'Труба, "медь"'
    assert product.description == 'Первая, строка\nвторая "строка"\n\nчетвёртая'


def test_whatever_is_written_as_csv_is_read_back_the_same():
    chance = random.Random(7)
    pieces = ["a", "б", '"', '""', ",", "\n", "\r\n", " ", "1/2 дюйма", ";", "'"]
    table = [
        ["".join(chance.choices(pieces, k=chance.randrange(6))) for _cell in range(5)] for _row in range(400)
    ]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=chance.choice(["\n", "\r\n"])).writerows(table)

    assert records_of(text.getvalue()) == table


@pytest.mark.parametrize(
    ("heading", "refusal"),
    [
        ("sku,name,price,category,price", "The file has these columns more than once: price."),
        ("sku,name,price,category,note,note", "The file has these columns more than once: note."),
        ('sku,name,price,"category', "The file cannot be read as CSV in UTF-8: line 3."),
        ("sku,name,price,category,Цена", "These columns of the file mean the same (price): price, Цена."),
    ],
)
def test_heading_that_can_be_read_in_two_ways_is_refused(load, heading, refusal):
    with pytest.raises(CommandError) as refused:
        load(heading, "T-1,Leaves,1.00,Tea,0.00")

    assert str(refused.value) == refusal
    assert not Product.objects.exists()


def test_columns_that_nobody_reads_are_named_and_left_out(load):
    load("sku,name,price,category,stok,", "T-1,Leaves,1.00,Tea,5,")

    assert load.errors == ["Unknown columns, not imported: stok"]
    assert Product.objects.get().stock == 0


def test_preview_names_broken_rows_and_unknown_columns(browser):
    heading = "sku,name,price,category,stok"
    upload = checked(browser, heading, 'T-1,Труба,1.00,Трубы,"1/2 дюйма', "T-2,Кран,2.00,Трубы,5")

    assert upload.report["bad_rows"] == [[2, BROKEN]]
    assert (upload.report["bad"], upload.report["created"]) == (1, 1)
    shown = browser.get(page(upload)).text
    assert "Unknown columns, which are not imported:" in shown
    assert "stok" in shown
