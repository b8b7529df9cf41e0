"""Tables of products as Excel, 1C, Shopify and WooCommerce save them."""

from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.utils import translation

from apps.catalog.models import Product
from apps.catalog.tests.import_pages import checked, page

RUSSIAN = (
    "Артикул;Наименование ; ЦЕНА;Категория;Остаток;Описание\r\n"
    "Ч-1;Чай «Утро»;1 250,50;Чай;5,0;Лист; \r\n"
    ";;;;;\r\n"
).replace("Лист; ", "Лист")
NO_BREAK, THIN, NARROW = "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}"

pytestmark = pytest.mark.django_db


def stored():
    values = Product.objects.order_by("sku").values_list("sku", "name", "price", "category__name", "stock")
    return list(values)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (RUSSIAN.encode(), "utf-8, separated by semicolon"),
        (RUSSIAN.encode("utf-8-sig"), "utf-8, separated by semicolon"),
        (RUSSIAN.encode("cp1251"), "cp1251, separated by semicolon"),
        (RUSSIAN.encode("utf-16"), "utf-16, separated by semicolon"),
        (RUSSIAN.replace(";", "\t").encode("utf-16"), "utf-16, separated by tab"),
        (RUSSIAN.encode("utf-16-le"), "utf-16-le, separated by semicolon"),
        (RUSSIAN.replace(";", "\t").encode("utf-16-be"), "utf-16-be, separated by tab"),
        (f"sep=;\r\n{RUSSIAN}".encode("cp1251"), "cp1251, separated by semicolon"),
        (f"\ufeffSEP=;\r\n{RUSSIAN}".encode(), "utf-8, separated by semicolon"),
    ],
    ids=["utf-8", "mark", "cp1251", "utf-16", "tab", "LE", "BE", "sep", "mark and sep"],
)
def test_table_of_a_russian_spreadsheet_is_read(load, raw, told):
    written = load(raw=raw)

    assert written == "1 product created, 0 updated.\n"
    assert load.dialect == f"Read as {told}, decimal sign “,”."
    assert load.errors == []
    assert stored() == [("Ч-1", "Чай «Утро»", Decimal("1250.50"), "Чай", 5)]


def test_csv_that_excel_saves_for_ms_dos_is_read(load):
    load(raw=RUSSIAN.replace("«", "").replace("»", "").encode("cp866"))

    assert load.dialect == "Read as cp866, separated by semicolon, decimal sign “,”."
    assert stored() == [("Ч-1", "Чай Утро", Decimal("1250.50"), "Чай", 5)]


def test_late_letters_decide_the_encoding_too(load):
    rows = [f"T-{number};Tea;1,00;Tea" for number in range(8000)]

    load(raw="\n".join(["sku;name;price;category", *rows, "Ч;Чай;2,00;Tea"]).encode("cp1251"))

    assert load.dialect.startswith("Read as cp1251,")
    assert Product.objects.get(sku="Ч").name == "Чай"


@pytest.mark.parametrize(
    ("encoding", "delimiter", "decimal"), [("cp1251", "comma", "."), ("utf-16", "tab", ",")]
)
def test_what_is_told_is_not_looked_for(load, encoding, delimiter, decimal):
    sign = {"comma": ",", "tab": "\t"}[delimiter]
    price = {".": '"1,250"', ",": "1.250"}[decimal]
    raw = f"sku,name,price,category\nЧ,Чай,{price},Чай\n".replace("," if sign == "\t" else "\0", sign)

    load(
        raw=raw.encode(encoding),
        options=["--encoding", encoding, "--delimiter", delimiter, "--decimal", decimal],
    )

    assert load.dialect == f"Read as {encoding}, separated by {delimiter}, decimal sign “{decimal}”."
    assert stored() == [("Ч", "Чай", Decimal("1250.00"), "Чай", 0)]


def test_byte_order_mark_is_no_part_of_a_heading_in_any_encoding(load):
    raw = "\ufeffsku,name,price,category\nЧ,Чай,1,Чай\n".encode("utf-16-le")
    load(raw=raw, options=["--encoding", "utf-16-le"])

    assert stored() == [("Ч", "Чай", Decimal("1.00"), "Чай", 0)]


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", 2), ("utf-16", 1)])
def test_encoding_that_the_file_is_not_in_is_refused(load, encoding, line):
    problem = rf"The file cannot be read as CSV in {encoding.upper()}: line {line}\."
    with pytest.raises(CommandError, match=problem):
        load(raw="sku,name,price,category\nЧ,Чай,1,Чай\n".encode("cp1251"), options=["--encoding", encoding])


# --- Numbers


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("1250,5", "1250.50"),
        ("1 250,50", "1250.50"),
        (f"1{NO_BREAK}250,50", "1250.50"),
        (f"1{THIN}250,50{NO_BREAK}₽", "1250.50"),
        (f"1{NARROW}250 руб.", "1250.00"),
        ("12 345 678,90 р.", "12345678.90"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1.250.000", "1250000.00"),
        ("$1,250.50", "1250.50"),
        ("0,125", None),
        ("1250,500", "1250.50"),
        ("12 50", None),
        ("1,25,50", None),
        ("1.250.50", None),
        ("1,250", None),
        ("1.250", None),
    ],
)
def test_price_is_read_where_it_can_mean_one_number_only(load, cell, price):
    load("sku;name;price;category", f"T;Tea;{cell};Tea", skip=True)

    assert [str(row[2]) for row in stored()] == ([price] if price else [])


@pytest.mark.parametrize(
    ("other", "price", "stock"), [("7,50", "1250.00", 5), ("7.50", "1.25", 5000), ("7", None, None)]
)
def test_other_prices_tell_what_a_point_means(load, other, price, stock):
    load("sku;name;price;category;stock", f"A;Tea;{other};Tea;1", "B;Tea;1.250;Tea;5,000", skip=True)

    found = Product.objects.filter(sku="B").values_list("price", "stock").first()
    assert found == ((Decimal(price), stock) if price else None)


@pytest.mark.parametrize("cell", ["1.250", "1,250"])
def test_price_that_could_mean_two_numbers_is_a_bad_row_that_says_so(load, cell):
    with pytest.raises(CommandError):
        load("sku;name;price;category", f"T;Tea;{cell};Tea")

    assert load.errors == [f"row 2: price: “{cell}” could mean 1.250 or 1250: choose the decimal sign"]


@pytest.mark.parametrize(("cell", "stock"), [("5,0", 5), ("5.00", 5), ("1 200", 1200), ("5,5", None)])
def test_stock_is_a_whole_number_in_either_way_of_writing(load, cell, stock):
    load("sku;name;price;category;stock", f"T;Tea;1;Tea;{cell}", skip=True)

    assert [row[4] for row in stored()] == ([] if stock is None else [stock])


# --- Headings


@pytest.mark.parametrize(
    ("heading", "row", "unknown"),
    [
        (
            "Handle,Title,Body (HTML),Product Category,Type,Variant SKU,Variant Inventory Qty,Variant Price",
            "tea,Tea,Green,Food > Tea,Tea,T-1,5,1.50",
            "Product Category",
        ),
        (
            "ID,Type,SKU,Name,Published,Description,Stock,Regular price,Categories",
            "1,simple,T-1,Tea,1,Green,5,1.50,Tea",
            "ID, Type, Published",
        ),
        (
            "Код;Артикул;Номенклатура;Группа;Розничная цена;Свободный остаток;Описание",
            "00-1;T-1;Tea;Tea;1,50;5,000;Green",
            "Код",
        ),
        (
            "Код;Номенклатура;Вид номенклатуры;Цена, руб.;Количество;Описание",
            "T-1;Tea;Tea;1,50;5;Green",
            "",
        ),
    ],
    ids=["Shopify", "WooCommerce", "1C", "1C without Артикул"],
)
def test_headings_of_other_programs_are_understood(load, heading, row, unknown):
    load(heading, row)

    assert stored() == [("T-1", "Tea", Decimal("1.50"), "Tea", 5)]
    assert Product.objects.get().description == "Green"
    told = [f"Unknown columns, not imported: {unknown}"] if unknown else []
    assert load.errors == told


def test_row_that_has_nothing_in_the_columns_that_are_read_is_left_out(load):
    load("Handle,Title,Type,Variant SKU,Variant Price,Image Src", "t,Tea,Tea,T,1,a.png", "t,,,,,b.png")

    assert len(stored()) == 1
    assert load.errors == ["Unknown columns, not imported: Image Src"]


TITLE = ("Прайс-лист на 01.11.2026, цены в рублях;;;;", ";;;;", '"ООО ""Чай""";;;;')
COLUMNS = "Артикул;Наименование;Цена;Категория;Остаток"


@pytest.mark.parametrize(
    "title", [TITLE, (*TITLE, ""), ('"Чай;;;;', ";;;;")], ids=["title", "blank", "quote"]
)
def test_heading_is_found_below_a_title_and_rows_keep_their_numbers(load, title):
    row = len(title) + 1
    lines = (*title, COLUMNS, ";Чай листовой;;;", 'A;Чай 5";1,50;Чай;5', "B;Чай;даром;Чай;5", "Чай")

    with pytest.raises(CommandError):
        load(raw="\r\n".join(lines).encode("cp1251"))
    assert load.dialect == "Read as cp1251, separated by semicolon, decimal sign “,”."
    group = "only one cell is filled: perhaps the title of a group"
    assert load.errors == [
        f"The heading is row {row}.",
        f"row {row + 1}: {group}",
        f"row {row + 3}: price: “даром” is not a number",
        f"row {row + 4}: {group}",
    ]


def test_preview_tells_which_row_is_the_heading(browser):
    upload = checked(browser, raw="\n".join((*TITLE, COLUMNS, "A;Чай;1,50;Чай;5")).encode())

    assert (upload.report["heading_row"], upload.report["created"]) == (4, 1)
    assert "The heading is row 4." in browser.get(page(upload)).text


@pytest.mark.parametrize(("rows", "problem"), [(19, None), (20, "The file lacks the columns: SKU")])
def test_heading_is_looked_for_in_the_first_rows_only(load, rows, problem):
    lines = ["Прайс-лист"] * rows
    if problem:
        with pytest.raises(CommandError, match=problem):
            load(*lines, COLUMNS, "A;Чай;1,50;Чай;5")
    else:
        load(*lines, COLUMNS, "A;Чай;1,50;Чай;5")
    assert len(stored()) == (0 if problem else 1)


def test_missing_columns_are_those_of_the_row_that_comes_closest(load):
    with translation.override("ru"), pytest.raises(CommandError) as refused:
        load("Прайс-лист;;", "", "Артикул;Стоимость;Товар", "A;1;Чай")

    assert str(refused.value) == "В файле нет столбцов: цена, категория. Не распознаны: Стоимость."


def test_reasons_speak_of_columns_as_the_clerk_does(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    upload = checked(
        browser, COLUMNS, ";Чай;даром;Чай;", ";Чай;1;Чай;1", "A;Чай;;Чай;", "A;;1;Чай;", "A;Чай;1;Чай;1,5"
    )

    assert [reason for _number, reason in upload.report["bad_rows"]] == [
        "цена: «даром» — не число",
        "артикул: не заполнено",
        "цена: не заполнено",
        "название: не заполнено",
        "остаток: «1,5» — не количество штук",
    ]


# --- Skus


def test_skus_that_a_spreadsheet_has_spoilt_are_told(load):
    load("sku;name;price;category", "4,60701E+12;Tea;1;Tea", "1E+10;Leaves;1;Tea", "E-1;Bags;1;Tea")

    assert load.errors == [
        "SKUs that a spreadsheet may have changed: 2, such as 4,60701E+12 (row 2), 1E+10 (row 3)"
    ]
    assert len(stored()) == 3


def test_preview_warns_of_spoilt_skus(browser):
    upload = checked(browser, "sku;name;price;category", "4,60701E+12;Tea;1;Tea", "B;Bags;1;Tea")

    assert (upload.report["spoilt"], upload.report["spoilt_skus"]) == (1, [[2, "4,60701E+12"]])
    assert "4,60701E+12" in browser.get(page(upload)).text
